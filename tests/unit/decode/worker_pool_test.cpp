// SPDX-License-Identifier: Apache-2.0
#include "decode/worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <doctest/doctest.h>

namespace playhead::test {

TEST_CASE("worker_pool: U14 tasks that wait for each other run side by side, fifty players' too") {
  constexpr int kTasks = 250;
  std::mutex mutex;
  std::condition_variable changed;
  int arrived = 0;
  {
    WorkerPool pool;
    for (int i = 0; i < kTasks; ++i) {
      pool.run([&] {
        std::unique_lock lock(mutex);
        ++arrived;
        changed.notify_all();
        changed.wait(lock, [&] { return arrived == kTasks; });
      });
    }
  }
  CHECK(arrived == kTasks);
}

TEST_CASE("worker_pool: many short tasks all run, and what they own is destroyed") {
  constexpr int kTasks = 200;
  std::atomic<int> runs{0};
  const auto owned = std::make_shared<int>(0);
  {
    WorkerPool pool;
    for (int i = 0; i < kTasks; ++i) pool.run([&runs, owned] { ++runs; });
  }
  CHECK(runs == kTasks);
  CHECK(owned.use_count() == 1);
}

}  // namespace playhead::test
