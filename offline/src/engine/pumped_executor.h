// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "playhead/executor.h"

namespace playhead::offline {

// An executor without a thread: its tasks run while somebody pumps, or never. Time is another
// executor's.
class PumpedExecutor final : public Executor {
 public:
  explicit PumpedExecutor(std::shared_ptr<Executor> clock);
  ~PumpedExecutor() override;

  [[nodiscard]] MonotonicTime now() const override { return clock_->now(); }
  [[nodiscard]] WallTime wall_now() const override { return clock_->wall_now(); }
  void post(Task task) override;
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override;
  [[nodiscard]] bool is_current() const override;

  // Runs what is due on the calling thread, for about `slice`; waits for what comes meanwhile as
  // long as `has_work` says that there is something to wait for until the slice ends. One thread
  // pumps at a time; others wait for their turn between tasks.
  void pump(Duration slice, const std::function<bool(MonotonicTime end)>& has_work);
  // Runs `work` as if it were a task, on the calling thread, between tasks.
  void run(const std::function<void()>& work);

 private:
  using TimerKey = std::pair<int64_t, uint64_t>;
  struct State {
    std::mutex mutex;
    std::condition_variable is_changed;
    // Under `mutex`.
    std::deque<Task> tasks;
    std::map<TimerKey, Task> timers;
    uint64_t next_timer = 0;
    std::thread::id runner;
  };
  // The next task that is due; empty: none.
  [[nodiscard]] Task take_due();
  bool run_one();

  const std::shared_ptr<Executor> clock_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // shared with timer handles
  std::mutex run_mutex_;  // whoever holds it is the executor's thread; taken before State::mutex
  uint64_t seed_;
};

}  // namespace playhead::offline
