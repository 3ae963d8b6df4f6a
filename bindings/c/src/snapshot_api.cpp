// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "guard.h"
#include "handles.h"

namespace playhead::capi {
namespace {

// Where the play stands at `now`; the engine's own measure may be a turn old.
MediaTime position_at(const PlayerStatus& status, MonotonicTime now) {
  if (status.state != PlayerState::kPlaying || now <= status.measured_at) return status.position;
  const double elapsed_us = static_cast<double>((now - status.measured_at).count());
  MediaTime position = status.position;
  const double speed = status.speed * (status.live ? status.live->correction : 1);
  position += Duration{static_cast<int64_t>(elapsed_us * speed)};
  if (status.duration && position.us > status.duration->count()) {
    position.us = std::max(status.position.us, status.duration->count());
  }
  return position;
}

playhead_player_status status_to_c(const playhead_snapshot& snapshot) {
  const PlayerStatus& from = *snapshot.status;
  playhead_player_status to = PLAYHEAD_PLAYER_STATUS_INIT;
  to.state = static_cast<int32_t>(from.state);
  to.is_paused = from.is_paused ? 1 : 0;
  to.has_duration = from.duration.has_value() ? 1 : 0;
  to.position_us = snapshot.position.us;
  to.duration_us = from.duration.value_or(Duration{0}).count();
  to.speed = from.speed;
  to.volume = from.volume;
  to.video_buffer_us = from.video_buffer.count();
  to.audio_buffer_us = from.audio_buffer.count();
  to.buffered_bytes = from.buffered_bytes;
  to.throughput_bps = from.throughput.bps;
  to.shown_bitrate_bps = from.shown.bitrate.bps;
  to.shown_width = from.shown.width;
  to.shown_height = from.shown.height;
  to.shown_id = from.shown.id.c_str();
  to.is_auto_bitrate = from.is_auto_bitrate ? 1 : 0;
  to.representation_count = static_cast<int32_t>(from.representations.size());
  to.track_count = static_cast<int32_t>(from.tracks.size());
  to.trick_rate = from.trick_rate;
  to.has_thumbnails = from.has_thumbnails ? 1 : 0;
  return to;
}

playhead_live live_to_c(const playhead_snapshot& snapshot) {
  playhead_live to = PLAYHEAD_LIVE_INIT;
  if (!snapshot.status->live) return to;
  const LiveStatus& from = *snapshot.status->live;
  to.is_live = 1;
  to.window_start_us = from.window_start.us;
  to.window_end_us = from.window_end.us;
  to.offset_us = from.offset.count();
  to.target_offset_us = from.target_offset.count();
  to.correction = from.correction;
  to.has_date = from.date ? 1 : 0;
  to.date_us = from.date.value_or(WallTime{}).us;
  return to;
}

playhead_representation to_c(const RepresentationInfo& from) {
  playhead_representation to = PLAYHEAD_REPRESENTATION_INIT;
  to.is_selected = from.is_selected ? 1 : 0;
  to.id = from.id.c_str();
  to.codecs = from.codecs.c_str();
  to.bitrate_bps = from.bitrate.bps;
  to.width = from.width;
  to.height = from.height;
  to.limit = static_cast<int32_t>(from.limit);
  return to;
}

playhead_track to_c(const TrackInfo& from) {
  playhead_track to = PLAYHEAD_TRACK_INIT;
  to.kind = static_cast<int32_t>(from.kind);
  to.id = from.id.c_str();
  to.language = from.language.c_str();
  to.label = from.label.c_str();
  to.codecs = from.codecs.c_str();
  to.bitrate_bps = from.bitrate.bps;
  to.channels = from.channels;
  to.is_selected = from.is_selected ? 1 : 0;
  to.is_forced = from.is_forced ? 1 : 0;
  to.is_caption = from.is_caption ? 1 : 0;
  return to;
}

template <typename Struct>
playhead_status give(const Struct& ours, Struct* theirs) {
  return write_struct(ours, theirs) ? PLAYHEAD_OK : status_of(ErrorCode::kInvalidArgument);
}

template <typename Items, typename Struct>
playhead_status give_item(const Items& items, int32_t index, Struct* theirs) {
  if (index < 0 || static_cast<std::size_t>(index) >= items.size()) {
    static_cast<void>(write_struct(Struct{}, theirs));
    return status_of(ErrorCode::kInvalidArgument);
  }
  return give(to_c(items[static_cast<std::size_t>(index)]), theirs);
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::capi::give;
using playhead::capi::give_item;
using playhead::capi::guard;
using playhead::capi::guard_void;
using playhead::capi::make_handle;
using playhead::capi::Pinned;
using playhead::capi::status_of;

int64_t playhead_player_now_us(const playhead_player* player) noexcept {
  int64_t now_us = 0;
  guard_void([&] {
    if (const Pinned pinned(player); pinned) now_us = pinned->player->now().us;
  });
  return now_us;
}

playhead_status playhead_player_snapshot(const playhead_player* player,
                                         playhead_snapshot** out_snapshot) noexcept {
  if (out_snapshot != nullptr) *out_snapshot = nullptr;
  return guard([&] {
    const Pinned pinned(player);
    if (!pinned) return pinned.status();
    if (out_snapshot == nullptr) return status_of(ErrorCode::kInvalidArgument);
    auto snapshot = std::make_unique<playhead_snapshot>();
    snapshot->status = pinned->player->status();
    snapshot->position = playhead::capi::position_at(*snapshot->status, pinned->player->now());
    *out_snapshot = make_handle(std::move(snapshot));
    return PLAYHEAD_OK;
  });
}

void playhead_snapshot_release(playhead_snapshot* snapshot) noexcept {
  guard_void([&] { static_cast<void>(Pinned<playhead_snapshot>::take(snapshot)); });
}

playhead_status playhead_snapshot_get_status(const playhead_snapshot* snapshot,
                                             playhead_player_status* out_status) noexcept {
  return guard([&] {
    const Pinned pinned(snapshot);
    if (!pinned) return pinned.status();
    return give(playhead::capi::status_to_c(*pinned), out_status);
  });
}

playhead_status playhead_snapshot_get_qoe(const playhead_snapshot* snapshot,
                                          playhead_qoe* out_qoe) noexcept {
  return guard([&] {
    const Pinned pinned(snapshot);
    if (!pinned) return pinned.status();
    return give(playhead::capi::to_c(pinned->status->qoe), out_qoe);
  });
}

playhead_status playhead_snapshot_get_live(const playhead_snapshot* snapshot,
                                           playhead_live* out_live) noexcept {
  return guard([&] {
    const Pinned pinned(snapshot);
    if (!pinned) return pinned.status();
    return give(playhead::capi::live_to_c(*pinned), out_live);
  });
}

playhead_status playhead_snapshot_get_representation(
    const playhead_snapshot* snapshot, int32_t index,
    playhead_representation* out_representation) noexcept {
  return guard([&] {
    const Pinned pinned(snapshot);
    if (!pinned) return pinned.status();
    return give_item(pinned->status->representations, index, out_representation);
  });
}

playhead_status playhead_snapshot_get_track(const playhead_snapshot* snapshot, int32_t index,
                                            playhead_track* out_track) noexcept {
  return guard([&] {
    const Pinned pinned(snapshot);
    if (!pinned) return pinned.status();
    return give_item(pinned->status->tracks, index, out_track);
  });
}
