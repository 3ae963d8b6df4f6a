// SPDX-License-Identifier: Apache-2.0
// What PlayerEngine does for titles that are still being made.
#include <algorithm>
#include <utility>

#include "base/forever.h"
#include "player/player_engine.h"
#include "streaming/reload_policy.h"

namespace playhead {

namespace {

// The offset is looked at so often while it is being corrected, and so often otherwise (chosen: at
// 3 % a second of looking is 30 ms of offset).
constexpr Duration kCorrectingEvery = 250ms;
constexpr Duration kLookEvery = 1s;

// So long after a live manifest has stopped to change, or does not come any more, and nothing of the
// title is left to play, the play ends (chosen: encoders that are started anew take less). What is
// refused is waited for less (patience_with_refusal).
constexpr Duration kStalePatience = 60s;

// A Date header tells to the second, and clocks of hosts differ a little; by more than this the
// title's own clock moves a start that was settled without it.
constexpr Duration kClockTrust = 3s;

// No title is begun so long before where it begins (kLateBeginning): what is missing by less is a
// gap like others.
constexpr Duration kLeastGone = 1s;

bool is_hopeless(const Stale& stale) {
  const bool is_refused = stale.refused && *stale.refused >= patience_with_refusal(stale.why.code);
  return is_refused || stale.lasts > kStalePatience;
}

Error fatal(Error error) {
  error.severity = Severity::kFatal;
  return error;
}

Error behind_window_error() {
  return make_error(ErrorCode::kBehindLiveWindow,
                    "the oldest moment kept is later than the position");
}

}  // namespace

bool PlayerEngine::waits_for_clock() const { return !is_start_settled_ && !clock_.is_settled(); }

void PlayerEngine::on_clock_told(Duration moved) {
  wake();
  const bool is_far = std::max(moved, -moved) > kClockTrust;
  if (!is_far || !is_start_settled_ || has_first_frame_) return;
  // Playback was about to begin where another clock said.
  const MonotonicTime now = executor_.now();
  if (const auto live = streaming_->live(now)) place_live_start(*live, now);
}

bool PlayerEngine::settle_live_start(MonotonicTime now) {
  const std::optional<LiveState> live = streaming_->live(now);
  if (!live) return false;
  place_live_start(*live, now);
  tell_manifest(now);
  return true;
}

void PlayerEngine::place_live_start(const LiveState& live, MonotonicTime now) {
  const MediaTime wanted = start_position_;
  start_position_ = live_control_.live_position(live, now);
  if (is_seeking_ || source_.start) {
    start_position_ = live_control_.clamp(wanted, live, now);
    // It was told where it goes before the window was known.
    if (is_seeking_ && start_position_ != wanted) {
      emit(SeekStarted{start_position_, seek_tags_.back()});
    }
  } else if (const auto start = streaming_->start_point()) {
    start_position_ = *start;
  }
  streaming_->seek(start_position_);
  if (pipeline_) restart_at(start_position_, now);
}

Duration PlayerEngine::control_live(MonotonicTime now) {
  const bool is_waiting = state_ == PlayerState::kRebuffering || state_ == PlayerState::kBuffering;
  // Of the old run nothing may be known any more: its URLs were renewed.
  if (is_start_settled_ && is_waiting && streaming_->begin_anew()) {
    restart_at(position(now), now);
    begins_anew_ = true;
    return kLookEvery;
  }
  std::optional<Stale> stale = streaming_->stale(now);
  const bool has_begun = has_first_frame_ || qoe_.summary(now).play_time > Duration{0};
  // What was prepared is not kept up to date.
  if (stale && !has_begun) stale->lasts = std::min(stale->lasts, now - load_started_);
  if (stale && stale->refused && !has_begun) {
    stale->refused = std::min(*stale->refused, now - load_started_);
  }
  if (stale && renewal_.is_under_way) stale->refused.reset();  // its new URLs may be well
  const std::optional<LiveState> live = is_start_settled_ ? streaming_->live(now) : std::nullopt;
  if (!live) {
    apply_correction(1, now);
    if (!stale || is_start_settled_) return kForever;
    // Before it lists anything a title may be waited for, unless its manifest is refused.
    if (is_waiting && stale->refused && is_hopeless(*stale)) fail_next_turn(fatal(stale->why));
    return kLookEvery;
  }
  LiveControl::Situation situation;
  situation.position = position(now);
  situation.level = pipeline_->least_level(*streaming_, now);
  situation.is_playing = state_ == PlayerState::kPlaying;
  // Whoever seeks while paused waits for a picture.
  situation.is_paused = is_paused_ && state_ != PlayerState::kBuffering;
  situation.viewer_speed = speed_;
  situation.has_begun = has_begun;
  if (std::exchange(begins_anew_, false) && situation.position > live->window_end) {
    jump(live_control_.live_position(*live, now), JumpReason::kBehindWindow, now);
    return kLookEvery;
  }
  const LiveControl::Decision decision = live_control_.decide(*live, situation, now);
  if (decision.stops) {
    fail_next_turn(behind_window_error());
    return kForever;
  }
  if (decision.jump) jump(*decision.jump, JumpReason::kBehindWindow, now);
  apply_correction(decision.correction, now);
  if (stale && is_waiting && is_hopeless(*stale)) fail_next_turn(fatal(stale->why));
  if (state_ != PlayerState::kPlaying) return stale ? kLookEvery : kForever;
  return decision.correction == 1 ? kLookEvery : kCorrectingEvery;
}

void PlayerEngine::apply_correction(double correction, MonotonicTime now) {
  if (std::exchange(correction_, correction) == correction) return;
  pipeline_->set_speed(speed_ * correction, now);
}

void PlayerEngine::pass_gap(MonotonicTime now) {
  if (state_ != PlayerState::kPlaying) return;
  const GapInputs gap = pipeline_->gap(*streaming_, now);
  const GapDecision decision = decide_gap(gap);
  if (!decision.jump) return;
  // A live title has ended, and what came next had left its window before.
  const bool is_gone =
      streaming_->duration() && position(now) + kLeastGone <= streaming_->first_moment();
  if (is_gone && config_.live.behind_window == BehindWindow::kStop) {
    pipeline_->run(false, now);
    return fail_next_turn(behind_window_error());
  }
  if (is_gone) return jump(*decision.jump, JumpReason::kBehindWindow, now);
  const bool has_picture = pipeline_->video().has_shown();
  jump(*decision.jump, JumpReason::kGap, now, decision.is_told);
  // Where there is sound first the next picture is not shown before its time.
  if (has_picture && gap.next_picture > decision.jump) pipeline_->keep_picture();
}

void PlayerEngine::jump(MediaTime target, JumpReason reason, MonotonicTime now, bool is_told) {
  const MediaTime from = position(now);
  // A gap is in the title, nobody is late.
  const bool is_late = reason != JumpReason::kGap;
  streaming_->seek(target, !is_late);
  restart_at(target, now);
  if (state_ == PlayerState::kPlaying) {
    set_state(is_late ? PlayerState::kRebuffering : PlayerState::kBuffering, now);
  }
  if (is_told) emit(PositionJumped{from, target, reason});
  wake();
}

void PlayerEngine::go_live() {
  const MonotonicTime now = executor_.now();
  const auto live = streaming_ && is_start_settled_ ? streaming_->live(now) : std::nullopt;
  if (!live) return;
  seek(live_control_.live_position(*live, now), 0, SeekMode::kExact);
}

}  // namespace playhead
