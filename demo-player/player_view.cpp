// SPDX-License-Identifier: Apache-2.0
#include "player_view.h"

#include <algorithm>

#include "library.h"

namespace demo {
namespace {

std::vector<QualityChoice> read_qualities(const playhead_snapshot* snapshot, int32_t count) {
  std::vector<QualityChoice> choices;
  for (int32_t i = 0; i < count; ++i) {
    playhead_representation from = PLAYHEAD_REPRESENTATION_INIT;
    if (playhead_snapshot_get_representation(snapshot, i, &from) != PLAYHEAD_OK) continue;
    choices.push_back({from.id, from.bitrate_bps, from.width, from.height, from.is_selected != 0});
  }
  std::stable_sort(
      choices.begin(), choices.end(),
      [](const QualityChoice& a, const QualityChoice& b) { return a.bitrate_bps < b.bitrate_bps; });
  return choices;
}

std::vector<AudioChoice> read_audios(const playhead_snapshot* snapshot, int32_t count) {
  std::vector<AudioChoice> choices;
  for (int32_t i = 0; i < count; ++i) {
    playhead_track from = PLAYHEAD_TRACK_INIT;
    if (playhead_snapshot_get_track(snapshot, i, &from) != PLAYHEAD_OK) continue;
    if (from.kind != PLAYHEAD_TRACK_AUDIO) continue;
    std::string name = from.label;
    if (name.empty()) name = from.language;
    if (name.empty()) name = "Audio " + std::to_string(choices.size() + 1);
    choices.push_back({from.id, std::move(name), from.is_selected != 0});
  }
  return choices;
}

// What can be played without waiting; a title may lack one of the two.
int64_t playable_us(const playhead_player_status& status, bool has_video, bool has_audio) {
  if (has_video && has_audio) return std::min(status.video_buffer_us, status.audio_buffer_us);
  return std::max(status.video_buffer_us, status.audio_buffer_us);
}

}  // namespace

PlayerView read_view(const playhead_player* player) {
  PlayerView view;
  playhead_snapshot* raw = nullptr;
  playhead_player_status status = PLAYHEAD_PLAYER_STATUS_INIT;
  if (playhead_player_snapshot(player, &raw) != PLAYHEAD_OK) return view;
  const SnapshotHandle snapshot(raw);
  if (playhead_snapshot_get_status(raw, &status) != PLAYHEAD_OK) return view;
  view.state = status.state;
  view.is_paused = status.is_paused != 0;
  view.position_us = status.position_us;
  view.duration_us = status.has_duration != 0 ? status.duration_us : 0;
  view.speed = status.speed;
  view.trick_rate = status.trick_rate;
  view.has_thumbnails = status.has_thumbnails != 0;
  view.buffered_bytes = status.buffered_bytes;
  view.throughput_bps = status.throughput_bps;
  view.shown_bitrate_bps = status.shown_bitrate_bps;
  view.shown_width = status.shown_width;
  view.shown_height = status.shown_height;
  view.is_auto_bitrate = status.is_auto_bitrate != 0;
  view.qualities = read_qualities(raw, status.representation_count);
  view.audios = read_audios(raw, status.track_count);
  view.buffer_us = playable_us(status, !view.qualities.empty(), !view.audios.empty());
  static_cast<void>(playhead_snapshot_get_qoe(raw, &view.qoe));
  return view;
}

std::string format_drm(const PlayerView& view) {
  std::string text = "SL" + std::to_string(view.drm_level);
  if (view.drm_max_height > 0) text += ", up to " + std::to_string(view.drm_max_height) + "p";
  return text;
}

const char* state_name(int32_t state) {
  switch (state) {
    case PLAYHEAD_STATE_LOADING:
      return "Loading";
    case PLAYHEAD_STATE_BUFFERING:
      return "Buffering";
    case PLAYHEAD_STATE_PLAYING:
      return "Playing";
    case PLAYHEAD_STATE_PAUSED:
      return "Paused";
    case PLAYHEAD_STATE_REBUFFERING:
      return "Rebuffering";
    case PLAYHEAD_STATE_ENDED:
      return "Ended";
    case PLAYHEAD_STATE_FAILED:
      return "Failed";
    case PLAYHEAD_STATE_TRICK_PLAY:
      return "Trick play";
    case PLAYHEAD_STATE_SCRUBBING:
      return "Scrubbing";
    default:
      return "Idle";
  }
}

}  // namespace demo
