// SPDX-License-Identifier: Apache-2.0
#include "plan_ladder.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr {

namespace {

// Bounds of what is taken seriously; beyond them numbers are errors of their sources, and products
// of them stay far from the end of a double.
constexpr double kMaxBps = 1e12;
constexpr double kMaxBits = 1e14;
constexpr double kMaxSeconds = 86'400;
constexpr double kMinSegmentS = 0.05;

double seconds_of(Duration duration) { return std::clamp(to_seconds(duration), 0.0, kMaxSeconds); }

double bps_of(const Candidate& candidate, double segment_s) {
  double bps = static_cast<double>(candidate.bitrate.bps);
  if (bps <= 0 && candidate.next_bytes > 0) {
    bps = static_cast<double>(candidate.next_bytes) * 8 / segment_s;
  }
  return std::clamp(bps, 1.0, kMaxBps);
}

std::vector<std::size_t> thin(const std::vector<std::size_t>& order) {
  if (order.size() <= kMaxSteps) return order;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < kMaxSteps; ++i) {
    kept.push_back(order[i * (order.size() - 1) / (kMaxSteps - 1)]);
  }
  return kept;
}

void set_qualities(std::vector<PlanStep>& steps, const Settings& settings) {
  const double linear_share = settings.linear_share;
  const double lowest = steps.front().bps;
  const double top = steps.back().bps;
  for (PlanStep& step : steps) {
    if (top <= lowest) {
      step.quality = 1;
      continue;
    }
    step.quality = linear_share * step.bps / top +
                   (1 - linear_share) * std::log(step.bps / lowest) / std::log(top / lowest) -
                   settings.data_price * step.bps / top;
  }
}

}  // namespace

std::size_t PlanLadder::step_of(std::span<const Candidate> ladder, std::size_t index) const {
  std::size_t found = 0;
  if (index >= ladder.size()) return found;
  const double bps = bps_of(ladder[index], segment_s);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].index == index) return i;
    if (steps[i].bps <= bps) found = i;
  }
  return found;
}

PlanLadder make_plan_ladder(const DecisionInputs& in, const Settings& settings) {
  PlanLadder plan;
  plan.segment_s = seconds_of(in.segment_duration);
  if (plan.segment_s <= 0) plan.segment_s = kUnknownDurationS;
  plan.segment_s = std::max(plan.segment_s, kMinSegmentS);
  plan.typical_s = seconds_of(in.typical_duration);
  if (plan.typical_s <= 0) plan.typical_s = plan.segment_s;
  plan.typical_s = std::max(plan.typical_s, kMinSegmentS);
  plan.level_s = seconds_of(in.buffer_level);
  plan.cap_s = std::max(seconds_of(in.buffer_cap), 2 * plan.typical_s);

  std::vector<std::size_t> order(in.ladder.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return bps_of(in.ladder[a], plan.segment_s) < bps_of(in.ladder[b], plan.segment_s);
  });
  for (const std::size_t index : thin(order)) {
    const Candidate& candidate = in.ladder[index];
    PlanStep step;
    step.index = index;
    step.bps = bps_of(candidate, plan.segment_s);
    step.next_bits = candidate.next_bytes > 0 ? static_cast<double>(candidate.next_bytes) * 8
                                              : step.bps * plan.segment_s;
    step.next_bits = std::min(step.next_bits, kMaxBits);
    if (candidate.ahead_bytes > 0 && in.ahead_segments > 0) {
      const double promised = step.bps * plan.typical_s * in.ahead_segments;
      const double real = static_cast<double>(candidate.ahead_bytes) * 8;
      step.surplus_bits = std::clamp(real - promised, -kMaxBits, kMaxBits);
    }
    plan.steps.push_back(step);
  }
  if (!plan.steps.empty()) set_qualities(plan.steps, settings);
  return plan;
}

Decision without_choice(const PlanLadder& ladder) {
  Decision decision;
  if (ladder.steps.empty()) return decision;
  decision.chosen = ladder.steps.front().index;
  decision.reason = Reason::kOnlyOne;
  return decision;
}

std::size_t highest_within(const PlanLadder& ladder, double margin, double bps) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
    if (ladder.steps[i].bps <= margin * bps) found = i;
  }
  return found;
}

}  // namespace playhead::abr
