// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account_store.h"

namespace playhead::server {

// The default profile's id as clients see it.
inline constexpr std::string_view kDefaultProfile = "default";

// The profiles of accounts, as every call asks for them: those asked for lately are kept in memory.
// Every account has the default profile, whether it says anything of it or not. Any thread.
class ProfileBook {
 public:
  explicit ProfileBook(AccountStore& store) : store_(store) {}

  // The default one first.
  [[nodiscard]] Result<std::vector<Profile>> list(std::string_view user_id);

  // "" and "default" are the default profile, and so is every id in an account that has never made
  // a profile: clients may name one that the service does not keep apart. Error 404
  // `unknown_profile`.
  [[nodiscard]] Result<Profile> find(std::string_view user_id, std::string_view profile_id);

  // Something was written: called once it is on disk, before the answer.
  void forget(std::string_view user_id);

 private:
  using Rows = std::shared_ptr<const std::vector<Profile>>;
  [[nodiscard]] Result<Rows> rows(std::string_view user_id);

  AccountStore& store_;
  std::mutex mutex_;
  std::unordered_map<std::string, Rows> known_;  // under mutex_; bounded
  uint64_t generation_ = 0;                      // under mutex_
};

}  // namespace playhead::server
