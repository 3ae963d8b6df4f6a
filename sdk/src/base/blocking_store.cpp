// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>
#include <utility>

#include "base/store_limits.h"
#include "base/thread_executor.h"
#include "playhead/record_storage.h"

namespace playhead {

namespace {

constexpr int kMostListed = 1000;

// A Store whose calls wait their turn on a thread of its own.
class BlockingStore final : public Store {
 public:
  explicit BlockingStore(std::shared_ptr<RecordStorage> storage) : storage_(std::move(storage)) {}

  // What was asked for until now is done before.
  ~BlockingStore() override {
    if (thread_.is_current()) return;
    std::promise<void> done;
    thread_.post([&] {
      storage_.reset();
      done.set_value();
    });
    done.get_future().wait();
  }

  void write(std::vector<StoreWrite> writes, Executor& executor,
             UniqueFunction<void(Result<uint64_t>)> done) override {
    if (auto checked = check_writes(writes); !checked) {
      return answer(executor, Result<uint64_t>(std::move(checked).error()), std::move(done));
    }
    thread_.post([this, writes = std::move(writes), &executor, done = std::move(done)]() mutable {
      answer(executor, storage_->write(writes), std::move(done));
    });
  }

  void list(std::string collection, std::string after_key, int limit, Executor& executor,
            UniqueFunction<void(Result<std::vector<StoreRecord>>)> done) override {
    thread_.post([this, collection = std::move(collection), after_key = std::move(after_key),
                  most = std::clamp(limit, 1, kMostListed), &executor,
                  done = std::move(done)]() mutable {
      answer(executor, storage_->list(collection, after_key, most), std::move(done));
    });
  }

 private:
  template <typename Value>
  static void answer(Executor& executor, Result<Value> result,
                     UniqueFunction<void(Result<Value>)> done) {
    executor.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  std::shared_ptr<RecordStorage> storage_;  // the thread's
  ThreadExecutor thread_{"playhead-store"};
};

}  // namespace

std::shared_ptr<Store> make_store(std::shared_ptr<RecordStorage> storage) {
  return std::make_shared<BlockingStore>(std::move(storage));
}

}  // namespace playhead
