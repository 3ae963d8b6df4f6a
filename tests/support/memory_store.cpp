// SPDX-License-Identifier: Apache-2.0
#include "support/memory_store.h"

#include <algorithm>

#include "base/store_limits.h"

namespace playhead::test {

MemoryStore::MemoryStore(Executor& executor, Duration commit_delay)
    : executor_(executor), commit_delay_(commit_delay) {}

template <typename T>
void MemoryStore::answer(Executor& executor, UniqueFunction<void(Result<T>)> done,
                         Result<T> result) {
  executor.post([life = std::weak_ptr<char>(life_), done = std::move(done),
                 result = std::move(result)]() mutable {
    if (!life.expired()) done(std::move(result));
  });
}

void MemoryStore::write(std::vector<StoreWrite> writes, Executor& executor,
                        UniqueFunction<void(Result<uint64_t>)> done) {
  if (auto checked = check_writes(writes); !checked) {
    return answer<uint64_t>(executor, std::move(done), std::move(checked).error());
  }
  later(++operations_, [this, &executor, writes = std::move(writes),
                        done = std::move(done)](std::optional<Error> error) mutable {
    if (error) return answer<uint64_t>(executor, std::move(done), *std::move(error));
    const uint64_t version = ++last_version_;
    for (const StoreWrite& write : writes) apply(write, version);
    answer<uint64_t>(executor, std::move(done), version);
  });
}

void MemoryStore::list(std::string collection, std::string after_key, int limit, Executor& executor,
                       UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) {
  later(++operations_, [this, &executor, collection = std::move(collection),
                        after_key = std::move(after_key), limit,
                        done = std::move(done)](std::optional<Error> error) mutable {
    using Records = std::vector<StoreRecord>;
    if (error) return answer<Records>(executor, std::move(done), *std::move(error));
    Records found = committed(collection);
    const auto first = std::find_if(found.begin(), found.end(), [&](const StoreRecord& record) {
      return record.key > after_key;
    });
    found.erase(found.begin(), first);
    const auto count = static_cast<std::size_t>(std::clamp(limit, 1, 1000));
    if (found.size() > count) found.resize(count);
    answer<Records>(executor, std::move(done), std::move(found));
  });
}

void MemoryStore::later(int64_t number, UniqueFunction<void(std::optional<Error>)> commit) {
  if (is_crashed_) return;
  timers_.push_back(executor_.post_at(
      executor_.now() + commit_delay_, [this, number, commit = std::move(commit)]() mutable {
        timers_.pop_front();  // ours: the delay is the same for all, so they run in order
        if (plan_ && plan_->first == number && plan_->second == Fault::kCrashBefore) {
          return crash();
        }
        commit(fault_of(number));
        if (plan_ && plan_->first == number && plan_->second == Fault::kCrashAfter) crash();
      }));
}

std::optional<Error> MemoryStore::fault_of(int64_t number) {
  if (broken_) return make_error(*broken_, "planned");
  if (!plan_ || plan_->first != number) return std::nullopt;
  if (plan_->second == Fault::kFail) return make_error(ErrorCode::kStoreIo, "planned");
  if (plan_->second == Fault::kCorrupt) {
    records_.clear();
    return make_error(ErrorCode::kStoreCorrupt, "planned");
  }
  return std::nullopt;
}

void MemoryStore::apply(const StoreWrite& write, uint64_t version) {
  const Key key{write.collection, write.key};
  const auto found = records_.find(key);
  switch (write.kind) {
    case StoreWrite::Kind::kPut:
      records_[key] = {write.value, version};
      break;
    case StoreWrite::Kind::kErase:
      if (found != records_.end()) records_.erase(found);
      break;
    case StoreWrite::Kind::kEraseIfVersion:
      if (found != records_.end() && found->second.version == write.version) records_.erase(found);
      break;
  }
}

void MemoryStore::crash() {
  is_crashed_ = true;
  life_ = std::make_shared<char>();
  timers_.clear();
}

std::vector<StoreRecord> MemoryStore::committed(const std::string& collection) const {
  std::vector<StoreRecord> found;
  for (const auto& [key, value] : records_) {
    if (key.first == collection) found.push_back({key.second, value.value, value.version});
  }
  return found;
}

}  // namespace playhead::test
