// SPDX-License-Identifier: Apache-2.0
#include "host_executor.h"

#include <utility>

namespace playhead::drm {

HostExecutor::HostExecutor(const playhead_cdm_host& host, uint64_t session)
    : host_(host), session_(session) {}

MonotonicTime HostExecutor::now() const { return {host_.now_us(host_.user, session_)}; }

WallTime HostExecutor::wall_now() const { return {host_.wall_now_us(host_.user, session_)}; }

uint64_t HostExecutor::random() { return host_.random(host_.user, session_); }

bool HostExecutor::is_current() const { return host_.is_current(host_.user, session_) != 0; }

uint64_t HostExecutor::keep(Task task) {
  const std::lock_guard lock(state_->mutex);
  state_->tasks.emplace(state_->next_token, std::move(task));
  return state_->next_token++;
}

// Destroyed by the caller, outside the lock: what a task owns may cancel another one.
Task HostExecutor::take(State& state, uint64_t token) {
  const std::lock_guard lock(state.mutex);
  const auto found = state.tasks.find(token);
  if (found == state.tasks.end()) return {};
  Task task = std::move(found->second);
  state.tasks.erase(found);
  return task;
}

void HostExecutor::post(Task task) {
  const uint64_t token = keep(std::move(task));
  if (host_.post(host_.user, session_, token) != 0) take(*state_, token);
}

CancelHandle HostExecutor::post_at(MonotonicTime deadline, Task task) {
  const uint64_t token = keep(std::move(task));
  if (host_.post_at(host_.user, session_, deadline.us, token) != 0) {
    take(*state_, token);
    return {};
  }
  return CancelHandle(
      [weak = std::weak_ptr<State>(state_), &host = host_, session = session_, token] {
        const std::shared_ptr<State> state = weak.lock();
        if (!state || !take(*state, token)) return;
        host.cancel(host.user, session, token);
      });
}

void HostExecutor::wake(uint64_t token) {
  if (Task task = take(*state_, token)) task();
}

}  // namespace playhead::drm
