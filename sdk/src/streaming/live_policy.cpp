// SPDX-License-Identifier: Apache-2.0
#include "streaming/live_policy.h"

#include <algorithm>

namespace playhead {

namespace {

// Without any word of the title (chosen; three segments of four seconds).
constexpr Duration kUsualDelay = 12s;

// Of the window so much is left behind the target: a quarter, ten seconds at most (chosen). Less: a
// start that takes a moment, or one stall, and the position has left the window; more: closer to
// the edge than the title asks for.
constexpr Duration kMostMargin = 10s;

// By so much the target grows with each stall, and how far at most (chosen). More: calmer and
// staler.
constexpr Duration kStallStep = 1s;
constexpr Duration kMaxExtra = 10s;

// So long after the last stall the target begins to shrink, a tenth of a second each second.
constexpr Duration kCalm = 20s;
constexpr int64_t kDecay = 10;

// Less than this ahead is not shortened by playing faster.
constexpr Duration kLeastLevel = 500ms;
constexpr Duration kLeastError = 100ms;

}  // namespace

Duration live_target(const LiveState& live, const LiveConfig& config) {
  Duration target = kUsualDelay;
  if (config.target_offset > Duration{0}) {
    target = config.target_offset;
  } else if (live.latency.target && (live.is_low_latency || !live.suggested_delay)) {
    target = *live.latency.target;
  } else if (live.suggested_delay) {
    target = *live.suggested_delay;
  }
  const Duration window = std::max(live.edge - live.window_start, Duration{0});
  return std::clamp(target, Duration{0}, window - std::min(window / 4, kMostMargin));
}

Duration live_offset(const LiveState& live, MediaTime position, MonotonicTime now) {
  // What is told to stand still may have moved by a step; what has not been told of goes on.
  const Duration most = std::max(now - live.edge_told, live.edge_step);
  const Duration moved = std::clamp(now - live.edge_seen, Duration{0}, most);
  return live.edge + moved - position;
}

Duration TargetOffset::get(Duration least, MonotonicTime now) const {
  const Duration calm = std::max(now - since_ - kCalm, Duration{0});
  return least + std::max(extra_ - calm / kDecay, Duration{0});
}

void TargetOffset::on_stall(Duration least, MonotonicTime now) {
  extra_ = std::min(get(least, now) - least + kStallStep, kMaxExtra);
  since_ = now;
}

double decide_correction(const LatencyInputs& in) {
  const Duration error = in.offset - in.target;
  const Duration tolerance = std::max(in.target / 10, kLeastError);
  if (error > Duration{0} && in.level > kLeastLevel) {
    const bool goes_on = in.correction > 1;
    if (goes_on || error > tolerance) return in.max_speed;
  }
  if (error < Duration{0}) {
    const bool goes_on = in.correction < 1;
    if (goes_on || -error > tolerance) return in.min_speed;
  }
  return 1;
}

SpeedLimits correction_limits(const LiveState& live, const LiveConfig& config) {
  const bool has_limits = live.latency.min_rate || live.latency.max_rate;
  if (!live.is_low_latency && !has_limits && config.target_offset <= Duration{0}) return {};
  SpeedLimits limits{config.min_speed, config.max_speed};
  if (live.latency.min_rate)
    limits.min = std::max(limits.min, std::min(*live.latency.min_rate, 1.0));
  if (live.latency.max_rate)
    limits.max = std::min(limits.max, std::max(*live.latency.max_rate, 1.0));
  return limits;
}

}  // namespace playhead
