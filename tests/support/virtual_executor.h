// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>

#include "playhead/executor.h"

namespace playhead::test {

// Thrown to whoever runs a VirtualExecutor whose time has stopped: tasks and timers that always
// leave others for the same moment would keep a simulation busy for ever.
class TimeStandsStill final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Executor on virtual time, run by the test's own thread: hours pass in milliseconds and the same
// seed gives the same run. Everything in a simulation shares one. What runs it gets TimeStandsStill
// after kMostAtOnce steps within a millisecond.
class VirtualExecutor final : public Executor {
 public:
  // Tasks and timers; thousands of calls at once and all they start stay far below it.
  static constexpr uint64_t kMostAtOnce = 500'000;

  explicit VirtualExecutor(uint64_t seed = 1, WallTime wall_start = {1'700'000'000'000'000});

  [[nodiscard]] MonotonicTime now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override { return {wall_offset_us_ + now_.us}; }
  void post(Task task) override { state_->tasks.push_back(std::move(task)); }
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override { return random_(); }
  [[nodiscard]] bool is_current() const override { return true; }

  // Runs tasks and timers, moving time to each timer's deadline, until `end`; then now() == end.
  void run_until(MonotonicTime end);
  void run_for(Duration duration) { run_until(now_ + duration); }
  // Runs what is due now; time stands still.
  void run_ready() { run_until(now_); }
  // Runs until `done()` or until `limit` has passed; answers done().
  template <typename Predicate>
  bool run_until_true(Predicate done, Duration limit) {
    const MonotonicTime end = now_ + limit;
    while (!done()) {
      if (!step(end)) return done();
    }
    return true;
  }

  // Called whenever nothing is left to do at this moment; what it posts is done first. Null: none.
  void before_time_moves(std::function<void()> hook) { hook_ = std::move(hook); }
  // Moves the wall clock alone.
  void jump_wall(Duration by) { wall_offset_us_ += by.count(); }
  // The process does not get to run for so long: what was due meanwhile runs late.
  void starve(Duration by) { now_ += by; }
  // Tasks and timers run so far.
  [[nodiscard]] uint64_t steps() const { return steps_; }
  // Nothing left to do, now or later.
  [[nodiscard]] bool idle() const { return state_->tasks.empty() && state_->timers.empty(); }
  [[nodiscard]] std::size_t pending_timers() const { return state_->timers.size(); }

 private:
  // One task or one timer (moving time, at most to `end`); false when nothing is left before `end`,
  // in which case time has moved to `end`.
  bool step(MonotonicTime end);
  void count_step(bool is_task);

  using TimerKey = std::pair<int64_t, uint64_t>;
  struct State {
    std::deque<Task> tasks;
    std::map<TimerKey, Task> timers;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  MonotonicTime now_{1'000'000'000};  // not 0: a forgotten initialisation must show
  int64_t wall_offset_us_;
  std::function<void()> hook_;
  uint64_t next_timer_ = 0;
  uint64_t steps_ = 0;
  MonotonicTime moment_{0};   // time has hardly moved since
  uint64_t steps_then_ = 0;   // at that time
  uint64_t tasks_since_ = 0;  // of the steps since then, those that were posted for at once
  std::mt19937_64 random_;
};

}  // namespace playhead::test
