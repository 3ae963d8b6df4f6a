// SPDX-License-Identifier: Apache-2.0
// How one title follows another: what PlayerEngine does as the one, and as the other.
#include <algorithm>
#include <utility>

#include "player/player_engine.h"
#include "streaming/buffering_policy.h"

namespace playhead {

namespace {

// What may be fetched of the next title is told anew when it is so much else (chosen).
constexpr Duration kTargetStep = 500ms;
constexpr int64_t kBytesStep = int64_t{1} << 20;
// The next title is live, and its beginning is decoded: so far from where live playback begins by
// now it still serves, and the difference is made up for by speed (chosen). More: later than it
// need be; less: a moment's wait for nothing.
constexpr Duration kStaysLive = 4s;

}  // namespace

void PlayerEngine::tell_remainder(MonotonicTime now, Duration& wait) {
  is_followed_ = false;
  if (!follower_) return;
  Remainder rest;
  rest.is_fetched = !failure_ && streaming_->is_complete(TrackKind::kVideo) &&
                    streaming_->is_complete(TrackKind::kAudio);
  rest.bytes = streaming_->buffered_bytes() + config_.buffering.max_bytes - buffering().max_bytes;
  const MediaTime here = position(now);
  rest.media = std::max(streaming_->level(TrackKind::kVideo, here),
                        streaming_->level(TrackKind::kAudio, here));
  const bool is_under_way = state_ == PlayerState::kPlaying || state_ == PlayerState::kPaused;
  rest.is_sound_written =
      rest.is_fetched && is_under_way && pipeline_->is_sound_written(*streaming_);
  const Following following = follower_->on_remainder(rest, speed_, now);
  is_followed_ = following.is_sound_queued;
  if (following.look_again && state_ == PlayerState::kPlaying) {
    wait = std::min(wait, *following.look_again);
  }
}

bool PlayerEngine::inherit(const PlayerEngine& other) {
  volume_ = other.volume_;
  if (speed_ != other.speed_) set_speed(other.speed_);
  if (has_surface_ != other.has_surface_) set_surface(other.has_surface_);
  config_.limits = other.config_.limits;
  dropped_frames_ = other.dropped_frames_;
  TrackPreferences wanted = other.preferences_;
  wanted.audio_id.clear();  // ids are the other title's; the language goes on
  wanted.text_id.clear();
  const bool is_same = wanted.audio_language == preferences_.audio_language &&
                       wanted.text_language == preferences_.text_language;
  preferences_ = std::move(wanted);
  return is_same;
}

void PlayerEngine::share_buffer(const Remainder& rest) {
  BufferingConfig ahead = config_.buffering;
  const Duration left = rest.is_fetched ? ahead.target - rest.media : Duration{0};
  ahead.target = std::clamp(left, std::min(ahead.start, ahead.target), ahead.target);
  ahead.max_bytes = std::max<int64_t>(ahead.max_bytes - rest.bytes, 0);
  if (ahead_) {
    const Duration more = ahead.target - ahead_->target;
    const int64_t more_bytes = ahead.max_bytes - ahead_->max_bytes;
    if (std::max(more, -more) < kTargetStep && std::abs(more_bytes) < kBytesStep) return;
  }
  ahead_ = ahead;
  if (!streaming_) return;
  streaming_->set_buffering(ahead);
  wake();
}

void PlayerEngine::prime() {
  if (!is_ahead_ || !streaming_ || pipeline_ || !is_start_settled_ || waits_for_clock()) return;
  const MonotonicTime now = executor_.now();
  if (const auto live = streaming_->live(now)) place_live_start(*live, now);
  make_pipeline(now);
  stuck_.reset();
  restart_at(start_position_, now);
  wake();
}

bool PlayerEngine::is_near_start(const LiveState& live, MonotonicTime now) const {
  const Duration moved = live_control_.live_position(live, now) - start_position_;
  return std::max(moved, -moved) < kStaysLive;
}

bool PlayerEngine::is_ready_to_follow() {
  // Nothing of a download is heard before its first play is written down.
  const bool can_begin = is_ahead_ && pipeline_ && !failure_ && !source_.start_paused && !offline_;
  if (!can_begin || !pipeline_->is_primed(*streaming_)) return false;
  PlayInputs in;
  in.is_first_frame_ready = true;
  in.least_level = pipeline_->least_level(*streaming_, executor_.now());
  in.is_full = streaming_->is_full();
  return may_play(in, config_.buffering);
}

void PlayerEngine::count_dropped(PlayerEngine& next) {
  const int64_t bytes = std::exchange(next.bytes_ahead_, 0);
  StreamingEngine* fetched = next.streaming_.get();
  qoe_.on_next_dropped(bytes, fetched ? fetched->wasted_bytes() + fetched->unread_bytes() : 0);
}

void PlayerEngine::hand_over() {
  const MonotonicTime now = executor_.now();
  const bool was_over = state_ == PlayerState::kIdle || state_ == PlayerState::kEnded ||
                        state_ == PlayerState::kFailed;
  follower_ = nullptr;
  close_cmcd_events(PlayerState::kIdle);
  start_position_ = told_position(now);
  drop_trick();
  if (session_ && !was_over) session_->update(PlayActivity::kStopped, start_position_);
  if (streaming_) {
    qoe_.set_wasted(streaming_->wasted_bytes() + streaming_->unread_bytes());
    remember_network(true);
  }
  forget_screen();
  is_quiet_ = true;  // what the app hears of next is the state of what follows
  set_state(PlayerState::kIdle, now);
  if (!was_over) emit(Summary{qoe_.summary(now)});
}

void PlayerEngine::follow(PlayerEngine& before, PlaySource source) {
  const MonotonicTime now = executor_.now();
  publish_ = std::exchange(before.publish_, nullptr);
  if (decisions_ahead_ && streaming_) decisions_.take(*decisions_ahead_);
  decisions_ahead_.reset();
  told_state_ = before.told_state_;
  const bool is_begun = std::exchange(is_ahead_, false);
  source_ = client_->impl().settled(std::move(source));
  is_paused_ = before.is_paused_ || source_.start_paused;
  is_quiet_ = true;
  if (sinks_.audio) sinks_.audio->set_volume(volume_);
  begin_play(true, now);
  if (is_begun) {
    take_over(now);
  } else if (!begin()) {
    fail(*std::exchange(failure_, std::nullopt));
  }
  // What is ready is on screen when this returns, and only what became of it is told.
  turn();
  is_quiet_ = false;
  if (state_ != PlayerState::kPlaying && sinks_.audio) sinks_.audio->pause();
  tell_state();
  publish_status(now);
}

}  // namespace playhead
