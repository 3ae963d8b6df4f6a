// SPDX-License-Identifier: Apache-2.0
#include "support/virtual_executor.h"

#include <algorithm>

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
  if (!state_->tasks.empty()) {
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
  ++steps_;
  task();
  return true;
}

void VirtualExecutor::run_until(MonotonicTime end) {
  while (step(end)) {
  }
}

}  // namespace playhead::test
