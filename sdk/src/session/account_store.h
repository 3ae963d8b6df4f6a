// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/store.h"

namespace playhead {

// What one account sees of a Store that several use in turn: undelivered reports (the outboxes'
// collections) and positions are each account's own, all else belongs to the device. What another
// account left waits in the Store until that account has a client again: sent with this one's
// token, it would be told of the wrong person. Below a recorder, which then never sees the account.
// Threads, errors and completions: those of the Store it wraps.
class AccountStore final : public Store {
 public:
  // `account_id`: not empty, at most kMaxIdBytes.
  AccountStore(std::shared_ptr<Store> inner, const std::string& account_id);

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

 private:
  [[nodiscard]] std::string own(std::string collection) const;

  const std::shared_ptr<Store> inner_;
  const std::string suffix_;
};

}  // namespace playhead
