// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "playhead/abr/controller.h"

namespace playhead::abr {

// Most steps a rule plans over. A longer ladder is thinned evenly, ends kept: that many pictures
// cannot be told apart, and the tables grow with the square.
inline constexpr std::size_t kMaxSteps = 16;

// What is assumed of a segment whose duration is not known.
inline constexpr double kUnknownDurationS = 4;

// One step of the ladder, with sane numbers.
struct PlanStep {
  std::size_t index = 0;    // in the caller's ladder
  double bps = 1;           // declared bitrate, >= 1
  double next_bits = 8;     // of the segment in question: real when known, else declared
  double surplus_bits = 0;  // of the segments after it, beyond what the bitrate promises
  double quality = 1;       // 0 for the lowest step, 1 for the highest; less what its bytes cost
};

// The caller's ladder put in order, and the times as seconds in sane bounds.
struct PlanLadder {
  std::vector<PlanStep> steps;  // ascending by bitrate
  double segment_s = kUnknownDurationS;
  double typical_s = kUnknownDurationS;
  double level_s = 0;
  double cap_s = 0;  // holds two segments at least

  // Step that holds the caller's index, or the nearest below it by bitrate.
  [[nodiscard]] std::size_t step_of(std::span<const Candidate> ladder, std::size_t index) const;
};

[[nodiscard]] PlanLadder make_plan_ladder(const DecisionInputs& in, const Settings& settings);

// The decision where there is nothing to choose from: fewer than two steps.
[[nodiscard]] Decision without_choice(const PlanLadder& ladder);

// Highest step within `margin` x `bps`; the lowest if none fits.
[[nodiscard]] std::size_t highest_within(const PlanLadder& ladder, double margin, double bps);

}  // namespace playhead::abr
