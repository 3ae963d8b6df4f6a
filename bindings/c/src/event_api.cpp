// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <optional>
#include <utility>

#include "guard.h"
#include "handles.h"

namespace playhead::capi {
namespace {

// Keeps playhead_player_destroy from freeing the player under a waiting call.
class WaitingCall {
 public:
  // With `handle.mutex` held.
  explicit WaitingCall(playhead_player& handle) : handle_(handle) { ++handle_.waiting; }
  ~WaitingCall() {
    const std::lock_guard lock(handle_.mutex);
    --handle_.waiting;
    handle_.changed.notify_all();
  }
  WaitingCall(const WaitingCall&) = delete;
  WaitingCall& operator=(const WaitingCall&) = delete;

 private:
  playhead_player& handle_;
};

// Waits until the engine signals or the player closes; false when the time ran out.
bool wait_for_signal(playhead_player& handle, int32_t timeout_ms) {
  std::unique_lock lock(handle.mutex);
  const auto is_over = [&] { return handle.has_signal || handle.is_closed; };
  if (timeout_ms < 0) {
    handle.changed.wait(lock, is_over);
    return true;
  }
  return handle.changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), is_over);
}

// The engine signals an event that finds the queue empty. Forgetting the signal before looking into
// the queue therefore loses none: what comes later than the look signals anew.
playhead_status next_event(playhead_player& handle, int32_t timeout_ms, playhead_event* out) {
  std::optional<WaitingCall> call;
  {
    const std::lock_guard lock(handle.mutex);
    if (handle.is_closed) return status_of(ErrorCode::kClosed);
    call.emplace(handle);
  }
  for (;;) {
    {
      const std::lock_guard lock(handle.mutex);
      if (handle.is_closed) return status_of(ErrorCode::kClosed);
      handle.has_signal = false;
    }
    if (std::optional<Event> event = handle.player->next_event()) {
      static_cast<void>(write_struct(handle.taken.set(std::move(*event)), out));
      return PLAYHEAD_OK;
    }
    if (timeout_ms == 0 || !wait_for_signal(handle, timeout_ms)) {
      return status_of(ErrorCode::kTimedOut);
    }
  }
}

playhead_status set_wakeup(playhead_player& handle, const playhead_wakeup* theirs) {
  auto table = CallbackTable<playhead_wakeup>::adopt(theirs);
  if (theirs != nullptr && (table == nullptr || (*table)->wake == nullptr)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  const std::lock_guard lock(handle.wakeup_mutex);
  handle.wakeup.swap(table);
  return PLAYHEAD_OK;  // `table`, now the previous one, is given back after the lock
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::guard;
using playhead::capi::status_of;

playhead_status playhead_player_next_event(playhead_player* player, int32_t timeout_ms,
                                           playhead_event* out_event) noexcept {
  return guard([&] {
    const playhead_event nothing{};
    if (!playhead::capi::write_struct(nothing, out_event) || player == nullptr) {
      return status_of(ErrorCode::kInvalidArgument);
    }
    return playhead::capi::next_event(*player, timeout_ms, out_event);
  });
}

playhead_status playhead_player_set_wakeup(playhead_player* player,
                                           const playhead_wakeup* wakeup) noexcept {
  return guard([&] {
    if (player == nullptr) return status_of(ErrorCode::kInvalidArgument);
    return playhead::capi::set_wakeup(*player, wakeup);
  });
}
