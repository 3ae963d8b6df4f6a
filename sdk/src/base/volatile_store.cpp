// SPDX-License-Identifier: Apache-2.0
#include "base/volatile_store.h"

#include <algorithm>

#include "base/store_limits.h"

namespace playhead {

void VolatileStore::write(std::vector<StoreWrite> writes, Executor& executor,
                          UniqueFunction<void(Result<uint64_t>)> done) {
  Result<uint64_t> result = uint64_t{0};
  if (auto checked = check_writes(writes); !checked) {
    result = std::move(checked).error();
  } else {
    const std::lock_guard lock(mutex_);
    result = ++version_;
    for (StoreWrite& one : writes) apply(one);
  }
  executor.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

void VolatileStore::apply(StoreWrite& write) {
  const auto key = std::make_pair(write.collection, write.key);
  if (write.kind == StoreWrite::Kind::kPut) {
    records_[key] = {write.key, std::move(write.value), version_};
    return;
  }
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  if (write.kind == StoreWrite::Kind::kErase || found->second.version == write.version) {
    records_.erase(found);
  }
}

void VolatileStore::list(std::string collection, std::string after_key, int limit,
                         Executor& executor,
                         UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  std::vector<StoreRecord> records;
  {
    const std::lock_guard lock(mutex_);
    const auto most = static_cast<std::size_t>(std::clamp(limit, 1, 1000));
    for (auto it = records_.upper_bound({collection, after_key});
         it != records_.end() && it->first.first == collection && records.size() < most; ++it) {
      records.push_back(it->second);
    }
  }
  executor.post([done = std::move(done), records = std::move(records)]() mutable {
    done(std::move(records));
  });
}

}  // namespace playhead
