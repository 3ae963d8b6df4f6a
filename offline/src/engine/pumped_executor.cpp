// SPDX-License-Identifier: Apache-2.0
#include "engine/pumped_executor.h"

#include <algorithm>

namespace playhead::offline {

PumpedExecutor::PumpedExecutor(std::shared_ptr<Executor> clock)
    : clock_(std::move(clock)),
      seed_(static_cast<uint64_t>(clock_->now().us) * 0x9e3779b97f4a7c15ULL ^
            static_cast<uint64_t>(clock_->wall_now().us)) {}

PumpedExecutor::~PumpedExecutor() {
  std::deque<Task> tasks;
  std::map<TimerKey, Task> timers;
  const std::lock_guard lock(state_->mutex);
  tasks.swap(state_->tasks);
  timers.swap(state_->timers);
}

void PumpedExecutor::post(Task task) {
  const std::lock_guard lock(state_->mutex);
  state_->tasks.push_back(std::move(task));
  state_->is_changed.notify_all();
}

CancelHandle PumpedExecutor::post_at(MonotonicTime deadline, Task task) {
  const std::lock_guard lock(state_->mutex);
  const TimerKey key{deadline.us, state_->next_timer++};
  state_->timers.emplace(key, std::move(task));
  state_->is_changed.notify_all();
  return CancelHandle([state = state_, key] {
    Task dropped;  // ends outside the lock: it may own handles itself
    const std::lock_guard inner(state->mutex);
    const auto found = state->timers.find(key);
    if (found == state->timers.end()) return;
    dropped = std::move(found->second);
    state->timers.erase(found);
  });
}

// SplitMix64 (Steele, Lea, Flood 2014): for jitter and ids.
uint64_t PumpedExecutor::random() {
  uint64_t z = (seed_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

bool PumpedExecutor::is_current() const {
  const std::lock_guard lock(state_->mutex);
  return state_->runner == std::this_thread::get_id();
}

Task PumpedExecutor::take_due() {
  const std::lock_guard lock(state_->mutex);
  Task task;
  const auto timer = state_->timers.begin();
  if (timer != state_->timers.end() && timer->first.first <= clock_->now().us) {
    task = std::move(timer->second);
    state_->timers.erase(timer);
  } else if (!state_->tasks.empty()) {
    task = std::move(state_->tasks.front());
    state_->tasks.pop_front();
  }
  return task;
}

bool PumpedExecutor::run_one() {
  Task task = take_due();
  if (!task) return false;
  run([&task] {
    task();
    task = nullptr;
  });
  return true;
}

void PumpedExecutor::run(const std::function<void()>& work) {
  const std::lock_guard turn(run_mutex_);
  {
    const std::lock_guard lock(state_->mutex);
    state_->runner = std::this_thread::get_id();
  }
  work();
  const std::lock_guard lock(state_->mutex);
  state_->runner = std::thread::id();
}

void PumpedExecutor::pump(Duration slice, const std::function<bool(MonotonicTime end)>& has_work) {
  const MonotonicTime end = clock_->now() + slice;
  while (clock_->now() < end) {
    if (run_one()) continue;
    bool is_more = false;
    run([&] { is_more = has_work(end); });
    if (!is_more) return;
    std::unique_lock lock(state_->mutex);
    if (!state_->tasks.empty()) continue;
    Duration wait = end - clock_->now();
    if (!state_->timers.empty()) {
      wait = std::min(wait, MonotonicTime{state_->timers.begin()->first.first} - clock_->now());
    }
    if (wait > Duration{0}) state_->is_changed.wait_for(lock, wait);
  }
}

}  // namespace playhead::offline
