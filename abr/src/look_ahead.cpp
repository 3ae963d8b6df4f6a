// SPDX-License-Identifier: Apache-2.0
#include "look_ahead.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace playhead::abr {

namespace {

// Scores are kept in 1/1000; these bounds keep them away from kExcluded.
constexpr double kMaxScore = 2e6;
// Alternatives closer than this are equal: the lower one is taken.
constexpr double kTie = 1e-9;
// Share of the time that is left which what a collapsed link is left for may take (the margin of
// DESIGN's bitrate choice).
constexpr double kExitShare = 0.8;

// Steps to which what shapes a table is rounded (chosen). Finer: more tables a session, 5 to 15 ms
// each; coarser: the value beyond the next segment is that of a slightly different link.
constexpr double kSpreadStep = 0.15;
constexpr double kDurationStepS = 0.5;
constexpr double kCapStepS = 1;
// Times to first byte are rounded to powers of this, from a first class at kTtfbLeastS.
constexpr double kTtfbRatio = 2.5;
constexpr double kTtfbLeastS = 0.04;
constexpr int kTtfbClasses = 6;
// Chances of silence are rounded to powers of two of one in a hundred.
constexpr double kChanceUnit = 0.01;
constexpr int kChanceClasses = 10;

// How fast it came lately; nothing when that is not known, or nothing came.
std::optional<double> recent_bps(const TransferInputs& in) {
  if (in.recent < kRecentTransfer || in.recent_bytes <= 0) return std::nullopt;
  return static_cast<double>(in.recent_bytes) * 8 / to_seconds(in.recent);
}

double round_to(double value, double step) {
  return std::max(std::round(value / step), 1.0) * step;
}

double round_chance(double chance) {
  if (chance <= 0) return 0;
  const double power = std::round(std::log2(chance / kChanceUnit));
  return kChanceUnit * std::exp2(std::clamp<double>(power, -kChanceClasses, kChanceClasses));
}

double round_ttfb(double seconds) {
  const double power =
      std::round(std::log(std::max(seconds, kTtfbLeastS) / kTtfbLeastS) / std::log(kTtfbRatio));
  return kTtfbLeastS * std::pow(kTtfbRatio, std::min<double>(power, kTtfbClasses));
}

int32_t to_score(double worth) {
  return static_cast<int32_t>(std::llround(std::clamp(worth, -kMaxScore, kMaxScore) * 1000));
}

double throughput_of(const DecisionInputs& in) {
  return std::max(static_cast<double>(in.forecast.throughput.bps), 1.0);
}

// What is fetched before anything was measured.
Decision start(const PlanLadder& ladder, const DecisionInputs& in, double margin) {
  Decision decision;
  if (in.forecast.throughput.bps > 0) {
    decision.chosen = ladder.steps[highest_within(ladder, margin, throughput_of(in))].index;
    decision.reason = Reason::kRemembered;
    return decision;
  }
  const std::size_t step = in.current ? ladder.step_of(in.ladder, *in.current) : 0;
  decision.chosen = ladder.steps[step].index;
  decision.reason = Reason::kStart;
  return decision;
}

}  // namespace

LookAhead::LookAhead(const Settings& settings, std::shared_ptr<PlanCache> cache)
    : settings_(settings), cache_(cache ? std::move(cache) : std::make_shared<PlanCache>()) {}

LookAhead::Prospect LookAhead::prospect(const PlanLadder& ladder, const DecisionInputs& in) const {
  const double spread = std::clamp(in.forecast.spread_permille / 1000.0, settings_.spread_min,
                                   std::max(settings_.spread_min, settings_.spread_max));
  Prospect prospect;
  prospect.log_bps = std::log(throughput_of(in));
  prospect.ttfb_s = std::clamp(to_seconds(in.forecast.ttfb), 0.0, 60.0);
  const double chance =
      silence_chance(settings_, in.forecast.volatility_permille / 1000.0, prospect.ttfb_s);
  prospect.model = make_outcome_model(spread, chance, settings_.persistence);

  const int horizon = static_cast<int>(settings_.horizon);
  const int64_t left = in.segments_left.value_or(horizon + 1) - 1;
  const int to_go = static_cast<int>(std::clamp<int64_t>(left, 0, horizon));
  ValueTableSpec spec;
  for (const PlanStep& step : ladder.steps) {
    spec.bps.push_back(step.bps);
    spec.quality.push_back(step.quality);
  }
  spec.segment_s = round_to(ladder.typical_s, kDurationStepS);
  spec.cap_s = round_to(ladder.cap_s, kCapStepS);
  spec.ttfb_s = round_ttfb(prospect.ttfb_s);
  spec.spread = round_to(spread, kSpreadStep);
  spec.silence_chance = round_chance(chance);
  spec.persistence = settings_.persistence;
  spec.stall_price = settings_.stall_price;
  spec.switch_price = settings_.switch_price;
  spec.horizon = horizon;
  spec.keeps_stages = to_go < horizon;
  prospect.table = cache_->impl().table(spec);
  prospect.afterwards = prospect.table->stage(to_go);
  return prospect;
}

double LookAhead::worth(const PlanLadder& ladder, const Prospect& prospect, std::size_t step,
                        std::optional<std::size_t> last, double bits, double ttfb_s) const {
  const PlanStep& chosen = ladder.steps[step];
  const double before = last ? ladder.steps[*last].quality : 0;
  double sum = chosen.quality * ladder.segment_s / 4 -
               settings_.switch_price * std::abs(chosen.quality - before);
  const double full = std::max(ladder.cap_s - ladder.typical_s, ladder.typical_s);
  for (const Outcome& outcome : prospect.model) {
    const double bps = std::exp(prospect.log_bps + outcome.log_error);
    const double seconds = ttfb_s + bits / bps + outcome.silence_s;
    const double stall = std::max(seconds - ladder.level_s, 0.0);
    const double level =
        std::min(std::max(ladder.level_s - seconds, 0.0) + ladder.segment_s, full) -
        settings_.complexity_share * chosen.surplus_bits / bps;
    sum += outcome.probability *
           (prospect.afterwards.value(step, level, prospect.log_bps + outcome.log_shift) -
            settings_.stall_price * stall);
  }
  return sum;
}

Decision LookAhead::decide(const DecisionInputs& in) const {
  const PlanLadder ladder = make_plan_ladder(in, settings_);
  if (ladder.steps.size() < 2) return without_choice(ladder);
  Decision decision;
  if (in.forecast.throughput.bps <= 0 || in.forecast.is_remembered) {
    return start(ladder, in, settings_.margin);
  }
  const Prospect ahead = prospect(ladder, in);
  std::optional<std::size_t> last;
  if (in.current) last = ladder.step_of(in.ladder, *in.current);
  const double affordable = settings_.margin * throughput_of(in);
  const bool is_guarded = ladder.level_s < settings_.guard_s;

  decision.scores.assign(in.ladder.size(), kExcluded);
  std::size_t best = 0;
  double best_worth = 0;
  bool was_held_back = false;
  for (std::size_t step = 0; step < ladder.steps.size(); ++step) {
    const PlanStep& candidate = ladder.steps[step];
    const double value = worth(ladder, ahead, step, last, candidate.next_bits, ahead.ttfb_s);
    if (step > 0 && is_guarded && candidate.bps > affordable) {
      was_held_back = was_held_back || value > best_worth + kTie;
      continue;
    }
    decision.scores[candidate.index] = to_score(value);
    if (step == 0 || value > best_worth + kTie) {
      best = step;
      best_worth = value;
    }
  }
  decision.chosen = ladder.steps[best].index;
  decision.reason = ladder.steps[best].bps > affordable ? Reason::kBuffer
                    : was_held_back                     ? Reason::kGuard
                                                        : Reason::kThroughput;
  if (best == 0 && !was_held_back) decision.reason = Reason::kThroughput;
  return decision;
}

// The step to go down to when the link, by what came of the running transfer lately, leaves just
// enough time for the lowest one, and not for the rest of what is running.
std::optional<std::size_t> LookAhead::last_exit(const TransferInputs& in, const PlanLadder& ladder,
                                                std::size_t running, double left) const {
  const std::optional<double> recent = recent_bps(in);
  if (settings_.last_exit_s <= 0 || !recent) return {};
  const double bps = *recent;
  const double ttfb_s = to_seconds(in.now.forecast.ttfb);
  const auto takes_s = [&](std::size_t step) {
    return ladder.steps[step].next_bits / bps + ttfb_s;
  };
  const double spare_s = ladder.level_s - takes_s(0);
  if (left / bps <= ladder.level_s || spare_s < 0 || spare_s > settings_.last_exit_s) return {};
  std::size_t step = 0;
  while (step + 1 < running && takes_s(step + 1) <= ladder.level_s * kExitShare) ++step;
  return step;
}

Decision LookAhead::judge(const TransferInputs& in) const {
  Decision decision;
  if (in.running < in.now.ladder.size()) decision.chosen = in.running;
  decision.reason = Reason::kKeep;
  const PlanLadder ladder = make_plan_ladder(in.now, settings_);
  if (settings_.abandon < 0.5 || !decision.chosen || in.now.forecast.throughput.bps <= 0) {
    return decision;
  }
  const std::size_t running = ladder.step_of(in.now.ladder, in.running);
  if (running == 0 || ladder.steps[running].index != in.running) return decision;

  // The rate of what is running, blended with the forecast the more the longer it has been
  // receiving.
  const double active_s = std::clamp(to_seconds(in.active), 0.0, 1e5);
  const double received = static_cast<double>(std::max<int64_t>(in.received_bytes, 0)) * 8;
  const double weight = active_s / (active_s + settings_.abandon_blend_s);
  const double forecast = std::log(throughput_of(in.now));
  const double earlier = static_cast<double>(std::max<int64_t>(in.earlier_bytes, 0)) * 8;
  const double seen = std::log(std::max(received - earlier, 1.0) / std::max(active_s, 0.05));
  // What still comes is no dead link, however slow it is; while there is something to play, it may
  // become faster.
  double most_drop = settings_.abandon_max_drop;
  const std::optional<double> recent = recent_bps(in);
  if (ladder.level_s <= 0 && recent) most_drop = std::max(most_drop, forecast - std::log(*recent));
  const double log_bps = forecast + weight * std::clamp(seen - forecast, -most_drop, 1.0);
  const double left = std::max(ladder.steps[running].next_bits - received, 0.0);
  if (const auto step = last_exit(in, ladder, running, left)) {
    decision.scores.assign(in.now.ladder.size(), kExcluded);
    decision.chosen = ladder.steps[*step].index;
    decision.reason = Reason::kStallAhead;
    return decision;
  }
  if (left / std::exp(log_bps) < ladder.level_s) return decision;  // comes in time

  Prospect ahead = prospect(ladder, in.now);
  ahead.log_bps = log_bps;
  std::optional<std::size_t> last;
  if (in.now.current) last = ladder.step_of(in.now.ladder, *in.now.current);
  decision.scores.assign(in.now.ladder.size(), kExcluded);
  double best_worth = worth(ladder, ahead, running, last, left, 0);
  decision.scores[in.running] = to_score(best_worth);
  best_worth += settings_.abandon_gain;
  for (std::size_t step = 0; step < running; ++step) {
    const PlanStep& lower = ladder.steps[step];
    const double value = worth(ladder, ahead, step, last, lower.next_bits, ahead.ttfb_s);
    decision.scores[lower.index] = to_score(value);
    if (value <= best_worth) continue;
    best_worth = value;
    decision.chosen = lower.index;
    decision.reason = Reason::kStallAhead;
  }
  return decision;
}

}  // namespace playhead::abr
