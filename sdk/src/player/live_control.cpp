// SPDX-License-Identifier: Apache-2.0
#include "player/live_control.h"

#include <algorithm>

namespace playhead {

namespace {

// What leaves the window next is not gone to: it would be gone before it is fetched (chosen).
constexpr Duration kWindowMargin = 2s;

// What is buffered reaches what is still kept if it ends before that by less: rounding.
constexpr Duration kWindowRounding = 500ms;

// The position has left the window, and nothing that could be fetched goes on from what is
// buffered. While it plays, the rest is played first; what is too little to play is not waited for.
bool has_fallen_out(const LiveState& live, const LiveControl::Situation& situation) {
  if (situation.is_paused || situation.position >= live.kept_from) return false;
  if (situation.level <= Duration{0}) return true;
  return !situation.is_playing &&
         situation.position + situation.level + kWindowRounding < live.kept_from;
}

}  // namespace

void LiveControl::reset() {
  target_ = TargetOffset();
  correction_ = 1;
}

Duration LiveControl::target(const LiveState& live, MonotonicTime now) const {
  return target_.get(live_target(live, config_), now);
}

void LiveControl::on_stall(const LiveState& live, MonotonicTime now) {
  target_.on_stall(live_target(live, config_), now);
}

MediaTime LiveControl::live_position(const LiveState& live, MonotonicTime now) const {
  // Where the end of the media stands, not where it is guessed to be by now.
  return std::max(live.edge - target(live, now), live.window_start);
}

MediaTime LiveControl::clamp(MediaTime target, const LiveState& live, MonotonicTime now) const {
  const MediaTime latest = live_position(live, now);
  // The window moves by whole segments.
  const MediaTime oldest = std::min(live.window_start + kWindowMargin + live.edge_step, latest);
  return std::clamp(target, oldest, latest);
}

LiveControl::Decision LiveControl::decide(const LiveState& live, const Situation& situation,
                                          MonotonicTime now) {
  Decision decision;
  if (has_fallen_out(live, situation)) {
    correction_ = 1;
    LiveState kept = live;
    kept.window_start = live.kept_from;
    // A start that cannot be had is no falling behind.
    if (situation.has_begun && config_.behind_window == BehindWindow::kStop) {
      decision.stops = true;
    } else if (situation.has_begun && config_.behind_window == BehindWindow::kJumpLive) {
      decision.jump = live_position(kept, now);
    } else {
      decision.jump = clamp(kept.window_start, kept, now);
    }
    return decision;
  }
  const SpeedLimits limits = correction_limits(live, config_);
  if (situation.viewer_speed != 1 || !situation.is_playing) {
    correction_ = 1;
  } else {
    LatencyInputs in;
    in.offset = live_offset(live, situation.position, now);
    in.target = target(live, now);
    in.level = situation.level;
    in.correction = correction_;
    in.min_speed = limits.min;
    in.max_speed = limits.max;
    correction_ = decide_correction(in);
  }
  decision.correction = correction_;
  return decision;
}

LiveStatus LiveControl::status(const LiveState& live, MediaTime position, MonotonicTime now) const {
  LiveStatus status;
  status.window_start = live.window_start;
  status.window_end = live.window_end;
  status.offset = live_offset(live, position, now);
  status.target_offset = target(live, now);
  status.correction = correction_;
  if (live.media_epoch) status.date = *live.media_epoch + (position - MediaTime{0});
  return status;
}

}  // namespace playhead
