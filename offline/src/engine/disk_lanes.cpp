// SPDX-License-Identifier: Apache-2.0
#include "engine/disk_lanes.h"

#include <algorithm>

namespace playhead::offline {

DiskLanes::DiskLanes(std::vector<std::shared_ptr<Executor>> executors) {
  for (auto& executor : executors) lanes_.emplace_back().executor = std::move(executor);
}

DiskLanes::Lane* DiskLanes::choose() {
  if (lanes_.empty()) return nullptr;
  return &*std::min_element(lanes_.begin(), lanes_.end(),
                            [](const Lane& a, const Lane& b) { return a.queues < b.queues; });
}

DiskQueue::DiskQueue(DiskLanes& lanes)
    : lane_(lanes.choose()), scratch_(lane_ != nullptr ? lane_->scratch : lanes.scratch_) {
  if (lane_ != nullptr) ++lane_->queues;
}

DiskQueue::~DiskQueue() {
  if (lane_ == nullptr) return;
  --lane_->queues;
  std::deque<Job> dropped;  // destroyed after the lock
  {
    const std::lock_guard lock(state_->mutex);
    dropped.swap(state_->jobs);
  }
  wait();
}

void DiskQueue::post(Job job) {
  if (lane_ == nullptr) return job();
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back(std::move(job));
  if (std::exchange(state_->is_posted, true)) return;
  lane_->executor->post([state = state_] { drain(*state); });
}

void DiskQueue::wait() {
  std::unique_lock lock(state_->mutex);
  state_->is_done.wait(lock, [this] { return state_->jobs.empty() && !state_->is_busy; });
}

void DiskQueue::drain(State& state) {
  std::unique_lock lock(state.mutex);
  while (!state.jobs.empty()) {
    Job job = std::move(state.jobs.front());
    state.jobs.pop_front();
    state.is_busy = true;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    state.is_busy = false;
  }
  state.is_posted = false;
  state.is_done.notify_all();
}

}  // namespace playhead::offline
