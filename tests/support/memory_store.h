// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/store.h"

namespace playhead::test {

// Store in memory on virtual time, with the faults a disk and a process have. Used on one thread.
//
// Every call is one operation, numbered from 1 over the life of the store. It takes effect
// `commit_delay` after the call, its completion is posted right after.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(Executor& executor, Duration commit_delay = 2ms);

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override;
  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override;

  // The process dies: what is not committed is lost, no completion of an earlier call runs, what
  // the dying process still calls has no effect. What was committed stays, acknowledged or not.
  void crash();
  // The next process opens the store.
  void restart() { is_crashed_ = false; }
  [[nodiscard]] bool is_crashed() const { return is_crashed_; }

  enum class Fault : uint8_t {
    kFail,         // the operation changes nothing and answers kStoreIo
    kCrashBefore,  // crash() instead of the commit
    kCrashAfter,   // crash() between the commit and its completion
    kCorrupt,      // all records vanish, the operation answers kStoreCorrupt
  };
  // At operation `number`, once.
  void plan(int64_t number, Fault fault) { plan_ = {number, fault}; }
  // Every operation fails with `code` until healed.
  void break_down(ErrorCode code) { broken_ = code; }
  void heal() { broken_.reset(); }

  [[nodiscard]] int64_t operations() const { return operations_; }
  // What a restart would find.
  [[nodiscard]] std::vector<StoreRecord> committed(const std::string& collection) const;

 private:
  struct Value {
    std::string value;
    uint64_t version;
  };
  using Key = std::pair<std::string, std::string>;  // collection, key

  // Runs `commit` when the delay is over, unless a crash comes first.
  void later(int64_t number, UniqueFunction<void(std::optional<Error>)> commit);
  std::optional<Error> fault_of(int64_t number);
  void apply(const StoreWrite& write, uint64_t version);
  template <typename T>
  void answer(Executor& executor, UniqueFunction<void(Result<T>)> done, Result<T> result);

  Executor& executor_;
  const Duration commit_delay_;
  std::map<Key, Value> records_;
  uint64_t last_version_ = 0;
  int64_t operations_ = 0;
  bool is_crashed_ = false;
  std::optional<std::pair<int64_t, Fault>> plan_;
  std::optional<ErrorCode> broken_;
  std::deque<CancelHandle> timers_;
  std::shared_ptr<char> life_ = std::make_shared<char>();  // replaced by crash()
};

}  // namespace playhead::test
