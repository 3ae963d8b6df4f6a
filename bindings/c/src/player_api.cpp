// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "guard.h"
#include "handles.h"
#include "sink_adapters.h"

namespace playhead::capi {
namespace {

static_assert(static_cast<int>(BehindWindow::kJumpLive) == PLAYHEAD_BEHIND_JUMP_LIVE);
static_assert(static_cast<int>(BehindWindow::kJumpOldest) == PLAYHEAD_BEHIND_JUMP_OLDEST);
static_assert(static_cast<int>(BehindWindow::kStop) == PLAYHEAD_BEHIND_STOP);

// 0 keeps the default; anything else is judged by Player::create.
void set_unless_zero(Duration& value, int64_t us) {
  if (us != 0) value = Duration{us};
}

PlayerConfig make_player_config(const playhead_player_config& from) {
  PlayerConfig to;
  set_unless_zero(to.buffering.start, from.buffer_start_us);
  set_unless_zero(to.buffering.after_rebuffer, from.buffer_after_rebuffer_us);
  set_unless_zero(to.buffering.target, from.buffer_target_us);
  set_unless_zero(to.buffering.back, from.buffer_back_us);
  if (from.buffer_max_bytes != 0) to.buffering.max_bytes = from.buffer_max_bytes;
  set_unless_zero(to.progress_interval, from.progress_interval_us);
  to.limits.max_bitrate = Bitrate{from.max_bitrate_bps};
  to.limits.max_height = from.max_height;
  // What is no preset becomes one that Player::create refuses.
  to.preset = static_cast<AbrPreset>(std::clamp(from.preset, -1, 255) & 255);
  to.live.behind_window = static_cast<BehindWindow>(std::clamp(from.behind_window, -1, 255) & 255);
  to.live.target_offset = Duration{from.live_offset_us};
  if (from.live_min_speed != 0) to.live.min_speed = from.live_min_speed;
  if (from.live_max_speed != 0) to.live.max_speed = from.live_max_speed;
  to.live.low_latency = from.no_low_latency == 0;
  to.audio_language = text_or_empty(from.audio_language);
  to.audio_role = text_or_empty(from.audio_role);
  to.audio_channels = from.audio_channels;
  to.audio_codec = text_or_empty(from.audio_codec);
  to.audio_label = text_or_empty(from.audio_label);
  to.text_language = text_or_empty(from.text_language);
  to.text_off = from.text_off != 0;
  to.cmcd = static_cast<CmcdMode>(std::clamp(from.cmcd, -1, 255) & 255);
  to.cmcd_events.url = text_or_empty(from.cmcd_events_url);
  set_unless_zero(to.cmcd_events.interval, std::max<int64_t>(from.cmcd_events_interval_us, 0));
  if (from.cmcd_events_interval_us < 0) to.cmcd_events.interval = Duration{0};
  to.cmcd_events.tells_responses = from.cmcd_tells_responses != 0;
  return to;
}

playhead_status set_limits(const Pinned<playhead_player>& handle, const playhead_limits* theirs) {
  playhead_limits from{};
  if (!handle) return handle.status();
  if (!read_struct(theirs, from) || std::isnan(from.pixel_ratio)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  PictureLimits to;
  to.max_bitrate = Bitrate{from.max_bitrate_bps};
  to.max_height = from.max_height;
  to.viewport_width = from.viewport_width;
  to.viewport_height = from.viewport_height;
  if (from.pixel_ratio > 0) to.pixel_ratio = from.pixel_ratio;
  to.saves_data = from.saves_data != 0;
  to.data_saver_bitrate = Bitrate{from.data_saver_bitrate_bps};
  to.hdcp_tenths = from.hdcp_tenths;
  handle->player->set_limits(to);
  return PLAYHEAD_OK;
}

playhead_status decision_log(const Pinned<const playhead_player>& handle, char* buffer,
                             uint64_t capacity, uint64_t* out_needed) {
  if (out_needed != nullptr) *out_needed = 0;
  if (buffer != nullptr && capacity > 0) *buffer = 0;
  if (!handle) return handle.status();
  if (out_needed == nullptr || (buffer == nullptr && capacity > 0)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  const std::string text = handle->player->decision_log();
  *out_needed = text.size() + 1;
  if (*out_needed <= capacity) std::memcpy(buffer, text.c_str(), text.size() + 1);
  return PLAYHEAD_OK;
}

// The tables are taken first, so that each is given back whatever fails afterwards.
playhead_status create_player(const Pinned<playhead_client>& client,
                              const playhead_player_config* theirs, playhead_player** out_player) {
  playhead_player_config config{};
  if (theirs != nullptr && !read_struct(theirs, config)) {
    return status_of(ErrorCode::kInvalidArgument);
  }
  const auto video = CallbackTable<playhead_video_sink>::adopt(config.video);
  const auto audio = CallbackTable<playhead_audio_sink>::adopt(config.audio);
  const bool video_is_bad = config.video != nullptr &&
                            (video == nullptr || !CVideoSink::is_complete(*video->operator->()));
  const bool audio_is_bad = config.audio != nullptr &&
                            (audio == nullptr || !CAudioSink::is_complete(*audio->operator->()));
  if (is_refused(AppCall::kLog)) return status_of(ErrorCode::kInvalidState);
  if (!client) return client.status();
  if (out_player == nullptr || video_is_bad || audio_is_bad) {
    return status_of(ErrorCode::kInvalidArgument);
  }

  Sinks sinks;
  if (video != nullptr) sinks.video = std::make_shared<CVideoSink>(video, client->log);
  if (audio != nullptr) sinks.audio = std::make_shared<CAudioSink>(audio, client->log);
  auto handle = std::make_unique<playhead_player>();
  auto player = Player::create(client->client, make_player_config(config), std::move(sinks));
  if (!player) {
    if (client->log) client->log->log(LogLevel::kError, "capi", describe(player.error()));
    return status_of(player.error().code);
  }
  handle->player = *std::move(player);
  *out_player = make_handle(std::move(handle));
  return PLAYHEAD_OK;
}

// Posts one command.
template <typename Command>
playhead_status command(playhead_player* handle, Command&& body) noexcept {
  return guard([&] {
    const Pinned pinned(handle);
    if (pinned) body(*pinned->player);
    return pinned.status();
  });
}

// Hands a copy of the source to `call`, a member of Player.
playhead_status with_source(const Pinned<playhead_player>& handle, const playhead_source* theirs,
                            void (Player::*call)(PlaySource)) {
  playhead_source source{};
  if (!handle) return handle.status();
  if (!read_struct(theirs, source)) return status_of(ErrorCode::kInvalidArgument);
  PlaySource ours;
  ours.title_id = text_or_empty(source.title_id);
  ours.url = text_or_empty(source.url);
  ours.download_id = text_or_empty(source.download_id);
  ours.profile_id = text_or_empty(source.profile_id);
  const bool is_named = !ours.title_id.empty() || !ours.url.empty() || !ours.download_id.empty();
  if (!is_named) return status_of(ErrorCode::kInvalidArgument);
  if (source.has_start != 0) ours.start = Duration{source.start_us};
  ours.start_paused = source.start_paused != 0;
  (*handle->player.*call)(std::move(ours));
  return PLAYHEAD_OK;
}

}  // namespace
}  // namespace playhead::capi

using playhead::ErrorCode;
using playhead::MediaTime;
using playhead::Player;
using playhead::SeekMode;
using playhead::capi::command;
using playhead::capi::contain;
using playhead::capi::guard;
using playhead::capi::guard_end;
using playhead::capi::Pinned;
using playhead::capi::status_of;
using playhead::capi::text_or_empty;

playhead_status playhead_player_create(playhead_client* client,
                                       const playhead_player_config* config,
                                       playhead_player** out_player) noexcept {
  if (out_player != nullptr) *out_player = nullptr;
  return contain([&] { return playhead::capi::create_player(Pinned(client), config, out_player); });
}

void playhead_player_destroy(playhead_player* player) noexcept {
  guard_end([&] {
    const auto taken = Pinned<playhead_player>::take(player);
    if (taken) taken->player->close();
  });
}

playhead_status playhead_player_load(playhead_player* player,
                                     const playhead_source* source) noexcept {
  return guard([&] { return playhead::capi::with_source(Pinned(player), source, &Player::load); });
}

playhead_status playhead_player_prepare(playhead_player* player,
                                        const playhead_source* source) noexcept {
  return guard(
      [&] { return playhead::capi::with_source(Pinned(player), source, &Player::prepare); });
}

playhead_status playhead_player_set_next(playhead_player* player,
                                         const playhead_source* source) noexcept {
  if (source == nullptr) return command(player, [](Player& p) { p.clear_next(); });
  return guard(
      [&] { return playhead::capi::with_source(Pinned(player), source, &Player::set_next); });
}

playhead_status playhead_player_play_next(playhead_player* player) noexcept {
  return command(player, [](Player& p) { p.play_next(); });
}

playhead_status playhead_player_play(playhead_player* player) noexcept {
  return command(player, [](Player& p) { p.play(); });
}

playhead_status playhead_player_pause(playhead_player* player) noexcept {
  return command(player, [](Player& p) { p.pause(); });
}

playhead_status playhead_player_seek(playhead_player* player, int64_t position_us,
                                     uint64_t user_tag) noexcept {
  return command(player, [&](Player& p) { p.seek(MediaTime{position_us}, user_tag); });
}

playhead_status playhead_player_seek_fast(playhead_player* player, int64_t position_us,
                                          uint64_t user_tag) noexcept {
  return command(player,
                 [&](Player& p) { p.seek(MediaTime{position_us}, user_tag, SeekMode::kFast); });
}

playhead_status playhead_player_go_live(playhead_player* player) noexcept {
  return command(player, [](Player& p) { p.go_live(); });
}

playhead_status playhead_player_set_speed(playhead_player* player, double speed) noexcept {
  if (std::isnan(speed)) return status_of(ErrorCode::kInvalidArgument);
  return command(player, [&](Player& p) { p.set_speed(speed); });
}

playhead_status playhead_player_trick_play(playhead_player* player, int32_t rate) noexcept {
  return command(player, [&](Player& p) { p.trick_play(rate); });
}

playhead_status playhead_player_scrub(playhead_player* player, int64_t position_us) noexcept {
  return command(player, [&](Player& p) { p.scrub(MediaTime{position_us}); });
}

playhead_status playhead_player_request_thumbnail(playhead_player* player, int64_t position_us,
                                                  uint64_t user_tag) noexcept {
  return command(player, [&](Player& p) { p.request_thumbnail(MediaTime{position_us}, user_tag); });
}

playhead_status playhead_player_set_surface(playhead_player* player, int32_t is_there) noexcept {
  if (is_there != 0 && is_there != 1) return status_of(ErrorCode::kInvalidArgument);
  return command(player, [&](Player& p) { p.set_surface(is_there == 1); });
}

playhead_status playhead_player_set_volume(playhead_player* player, double volume) noexcept {
  if (std::isnan(volume)) return status_of(ErrorCode::kInvalidArgument);
  return command(player, [&](Player& p) { p.set_volume(volume); });
}

playhead_status playhead_player_select_representation(playhead_player* player,
                                                      const char* id) noexcept {
  return command(player, [&](Player& p) { p.select_representation(text_or_empty(id)); });
}

playhead_status playhead_player_set_limits(playhead_player* player,
                                           const playhead_limits* limits) noexcept {
  return guard([&] { return playhead::capi::set_limits(Pinned(player), limits); });
}

playhead_status playhead_player_decision_log(const playhead_player* player, char* buffer,
                                             uint64_t capacity, uint64_t* out_needed) noexcept {
  return guard(
      [&] { return playhead::capi::decision_log(Pinned(player), buffer, capacity, out_needed); });
}

playhead_status playhead_player_select_audio(playhead_player* player, const char* id) noexcept {
  if (id == nullptr) return status_of(ErrorCode::kInvalidArgument);
  return command(player, [&](Player& p) { p.select_audio(id); });
}

playhead_status playhead_player_select_text(playhead_player* player, const char* id) noexcept {
  return command(player, [&](Player& p) { p.select_text(id != nullptr ? id : ""); });
}

playhead_status playhead_player_stop(playhead_player* player) noexcept {
  return command(player, [](Player& p) { p.stop(); });
}
