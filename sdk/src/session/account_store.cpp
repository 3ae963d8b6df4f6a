// SPDX-License-Identifier: Apache-2.0
#include "session/account_store.h"

#include <utility>

namespace playhead {

namespace {

// No collection's name has it.
constexpr char kSeparator = '\x1f';

bool is_personal(const std::string& collection) {
  return collection.starts_with("outbox/") || collection == "positions";
}

}  // namespace

AccountStore::AccountStore(std::shared_ptr<Store> inner, const std::string& account_id)
    : inner_(std::move(inner)), suffix_(kSeparator + account_id) {}

std::string AccountStore::own(std::string collection) const {
  return is_personal(collection) ? std::move(collection) + suffix_ : collection;
}

void AccountStore::write(std::vector<StoreWrite> writes, Executor& executor,
                         UniqueFunction<void(Result<uint64_t>)> done) {
  for (StoreWrite& write : writes) write.collection = own(std::move(write.collection));
  inner_->write(std::move(writes), executor, std::move(done));
}

void AccountStore::list(std::string collection, std::string after_key, int limit,
                        Executor& executor,
                        UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  inner_->list(own(std::move(collection)), std::move(after_key), limit, executor, std::move(done));
}

}  // namespace playhead
