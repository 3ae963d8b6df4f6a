// SPDX-License-Identifier: Apache-2.0
#include "support/virtual_executor.h"

#include <algorithm>
#include <string>

namespace playhead::test {

VirtualExecutor::VirtualExecutor(uint64_t seed, WallTime wall_start)
    : wall_offset_us_(wall_start.us - now_.us), random_(seed) {}

CancelHandle VirtualExecutor::post_at(MonotonicTime deadline, Task task) {
  const TimerKey key{deadline.us, next_timer_++};
  state_->timers.emplace(key, std::move(task));
  return CancelHandle([weak = std::weak_ptr<State>(state_), key] {
    const auto state = weak.lock();
    if (!state) return;
    const auto found = state->timers.find(key);
    if (found == state->timers.end()) return;
    const Task dropped = std::move(found->second);
    state->timers.erase(found);
  });
}

bool VirtualExecutor::step(MonotonicTime end) {
  Task task;
  if (state_->tasks.empty() && hook_) hook_();
  const bool is_task = !state_->tasks.empty();
  if (is_task) {
    task = std::move(state_->tasks.front());
    state_->tasks.pop_front();
  } else if (!state_->timers.empty() && state_->timers.begin()->first.first <= end.us) {
    const auto first = state_->timers.begin();
    now_.us = std::max(now_.us, first->first.first);
    task = std::move(first->second);
    state_->timers.erase(first);
  } else {
    now_ = std::max(now_, end);
    return false;
  }
  task();
  count_step(is_task);
  return true;
}

void VirtualExecutor::count_step(bool is_task) {
  ++steps_;
  // Time that creeps by microseconds stands still, too.
  if (now_ - moment_ >= std::chrono::milliseconds(1)) {
    moment_ = now_;
    steps_then_ = steps_;
    tasks_since_ = 0;
  }
  tasks_since_ += is_task ? 1 : 0;
  const uint64_t since = steps_ - steps_then_;
  if (since < kMostAtOnce) return;
  const uint64_t tasks = std::exchange(tasks_since_, 0);
  steps_then_ = steps_;
  throw TimeStandsStill("virtual time stands still at " + std::to_string(now_.us) +
                        " us: " + std::to_string(tasks) + " tasks and " +
                        std::to_string(since - tasks) + " timers ran within a millisecond");
}

void VirtualExecutor::run_until(MonotonicTime end) {
  while (step(end)) {
  }
}

}  // namespace playhead::test
