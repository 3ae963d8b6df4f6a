// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/live_scenario.h"

#include <algorithm>
#include <sstream>

namespace playhead::swarm {

namespace {

Duration whole_seconds(double value) { return std::chrono::seconds(static_cast<int64_t>(value)); }

void draw_hls(Dice& dice, TitleShape& title, LiveShape& live) {
  live.has_dates = dice.chance(0.7);
  if (!dice.chance(0.4) || title.segment < 2s) return;
  // Parts hold whole frames of both.
  const bool is_odd = title.audio_frame == 200ms || title.frame == 40ms;
  live.part = is_odd || dice.chance(0.5) ? 1s : 500ms;
  live.delay = Duration{0};
}

void draw_dash(Dice& dice, TitleShape& title, LiveShape& live) {
  live.has_utc_timing = dice.chance(0.5);
  if (dice.chance(0.2)) live.latency_target = std::chrono::seconds(dice.between(3, 10));
  if (live.form == LiveShape::Form::kDashNumber && dice.chance(0.4) && live.period == 0s) {
    live.update_period = title.segment * dice.between(2, 10);
  }
}

}  // namespace

void draw_live_title(uint64_t seed, TitleShape& title) {
  Dice dice(seed, "live");
  LiveShape live;
  static constexpr LiveShape::Form kForms[] = {LiveShape::Form::kHls, LiveShape::Form::kHls,
                                               LiveShape::Form::kDashNumber,
                                               LiveShape::Form::kDashTimeline};
  live.form = dice.pick(kForms);
  title.is_dash = live.form != LiveShape::Form::kHls;
  const double window = dice.log_between(30, 900);
  live.window = std::max(whole_seconds(window), 8 * title.segment) / title.segment * title.segment;
  const double age = dice.chance(0.8) ? 3600 : dice.log_between(30, 600);
  live.age = std::max(whole_seconds(age), 4 * title.segment) + Duration{dice.below(10'000) * 1000};
  if (dice.chance(0.4)) live.period = title.segment * dice.between(4, 60);
  if (dice.chance(0.5)) live.delay = title.segment * dice.between(3, 5);
  if (dice.chance(0.3)) live.clock_ahead = std::chrono::seconds(dice.between(-3600, 3600));
  // Sound alone is in other hands: pictures say where a title without dates stands.
  if (title.video_bps.empty()) title.video_bps.push_back(400'000);
  title.is_dash ? draw_dash(dice, title, live) : draw_hls(dice, title, live);
  title.live = live;
}

void draw_live_config(uint64_t seed, PlayerConfig& config) {
  Dice dice(seed, "live config");
  static constexpr BehindWindow kPolicies[] = {BehindWindow::kJumpLive, BehindWindow::kJumpLive,
                                               BehindWindow::kJumpOldest, BehindWindow::kStop};
  config.live.behind_window = dice.pick(kPolicies);
  config.live.low_latency = dice.chance(0.8);
  if (dice.chance(0.3)) config.live.target_offset = std::chrono::seconds(dice.between(4, 40));
  config.preset = dice.chance(0.5) ? AbrPreset::kLive : config.preset;
}

void draw_live_details(Fault& fault, Dice& dice, Duration length) {
  if (!is_of_live(fault.kind)) return;
  switch (fault.kind) {
    case FaultKind::kStaleManifest:
    case FaultKind::kRolledBack:
    case FaultKind::kEdgeMissing:
    case FaultKind::kServerClock:
    case FaultKind::kTimingBroken:
      fault.length = from_seconds(dice.log_between(1, dice.chance(0.1) ? 300 : 40));
      break;
    case FaultKind::kFallBehind:
      fault.length = from_seconds(dice.log_between(30, 1200));
      break;
    case FaultKind::kTitleEnds:
      // Late, or there is nothing left to look at.
      fault.at = std::max(fault.at, length / 10 * 8 + Duration{fault.amount});
      break;
    default:
      break;
  }
}

std::string describe(const LiveShape& live) {
  static constexpr const char* kForms[] = {"", "by number, ", "by timeline, "};
  std::ostringstream out;
  out << "live, " << kForms[static_cast<std::size_t>(live.form)];
  if (live.part > Duration{0}) out << "parts of " << live.part.count() / 1000 << " ms, ";
  out << "window of " << live.window.count() / 1'000'000 << " s, ";
  if (live.period > Duration{0}) {
    out << "a seam every " << live.period.count() / 1'000'000 << " s, ";
  }
  return out.str();
}

}  // namespace playhead::swarm
