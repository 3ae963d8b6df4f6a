// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "playhead/cancel_handle.h"
#include "playhead/unique_function.h"

namespace playhead {

// Who wants to hear of something. Any thread; watchers run under a lock, so they must only post.
template <typename... News>
class Watchers {
 public:
  using Watcher = UniqueFunction<void(News...)>;

  // Hears of it from now on and until the handle is gone, which may outlive this.
  [[nodiscard]] CancelHandle add(Watcher watcher) {
    const std::lock_guard lock(state_->mutex);
    const uint64_t number = state_->next++;
    state_->list.emplace(number, std::move(watcher));
    return CancelHandle([state = state_, number] {
      const std::lock_guard inner(state->mutex);
      state->list.erase(number);
    });
  }
  void tell(const News&... news) {
    const std::lock_guard lock(state_->mutex);
    for (auto& [number, watcher] : state_->list) watcher(news...);
  }

 private:
  struct State {
    std::mutex mutex;
    std::map<uint64_t, Watcher> list;  // under mutex
    uint64_t next = 0;                 // under mutex
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace playhead
