// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "guard.h"
#include "handles.h"

namespace playhead::capi {
namespace {

playhead_status next_event(playhead_player& handle, int32_t timeout_ms, playhead_event* out) {
  std::optional<Duration> patience;
  if (timeout_ms >= 0) patience = std::chrono::milliseconds(timeout_ms);
  std::optional<Event> event =
      timeout_ms == 0 ? handle.player->next_event() : handle.player->wait_event(patience);
  if (!event) return status_of(ErrorCode::kTimedOut);
  const std::lock_guard lock(handle.taking);
  static_cast<void>(write_struct(handle.taken.set(std::move(*event)), out));
  return PLAYHEAD_OK;
}

// The table is taken first, so that it is given back whatever fails afterwards.
playhead_status set_wakeup(const Pinned<playhead_player>& handle, const playhead_wakeup* theirs) {
  auto table = CallbackTable<playhead_wakeup>::adopt(theirs);
  if (is_refused(AppCall::kLog)) return status_of(ErrorCode::kInvalidState);
  if (!handle) return handle.status();
  if (theirs != nullptr && (table == nullptr || (*table)->wake == nullptr)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  if (table == nullptr) {
    handle->player->set_wakeup(nullptr);
  } else {
    handle->player->set_wakeup([table = std::move(table)] {
      static_cast<void>(tell_app([&] { (*table)->wake((*table)->user); }));
    });
  }
  return PLAYHEAD_OK;
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::contain;
using playhead::capi::guard;
using playhead::capi::Pinned;
using playhead::capi::status_of;

playhead_status playhead_player_next_event(playhead_player* player, int32_t timeout_ms,
                                           playhead_event* out_event) noexcept {
  return guard([&] {
    const playhead_event nothing{};
    if (!playhead::capi::write_struct(nothing, out_event)) {
      return status_of(ErrorCode::kInvalidArgument);
    }
    const Pinned pinned(player);
    if (!pinned) return pinned.status();
    const playhead_status status = playhead::capi::next_event(*pinned, timeout_ms, out_event);
    const bool is_over = status != PLAYHEAD_OK && !Pinned(player);
    return is_over ? status_of(ErrorCode::kClosed) : status;
  });
}

playhead_status playhead_player_set_wakeup(playhead_player* player,
                                           const playhead_wakeup* wakeup) noexcept {
  return contain([&] { return playhead::capi::set_wakeup(Pinned(player), wakeup); });
}
