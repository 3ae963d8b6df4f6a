// SPDX-License-Identifier: Apache-2.0
#include "buffer_controller.h"

#include <algorithm>
#include <cmath>

#include "plan_ladder.h"

namespace playhead::abr {

Decision BufferController::decide(const DecisionInputs& in) const {
  const PlanLadder ladder = make_plan_ladder(in, settings_);
  if (ladder.steps.size() < 2) return without_choice(ladder);
  Decision decision;
  // Utility: ln(bitrate / lowest). V makes the rule reach the top just below the cap.
  const double lowest = ladder.steps.front().bps;
  const double top_utility = std::log(ladder.steps.back().bps / lowest);
  const double gp = settings_.bola_gp_s / ladder.typical_s;
  const double most = std::max(ladder.cap_s / ladder.typical_s - 1, 0.5);  // segments
  const double v = most / (top_utility + gp);
  const double level = ladder.level_s / ladder.typical_s;

  decision.scores.assign(in.ladder.size(), kExcluded);
  std::size_t best = 0;
  double best_score = 0;
  for (std::size_t step = 0; step < ladder.steps.size(); ++step) {
    const double utility = std::log(ladder.steps[step].bps / lowest);
    const double score = (v * (utility + gp) - level) * lowest / ladder.steps[step].bps;
    const double bounded = std::clamp(score, -2e6, 2e6);
    decision.scores[ladder.steps[step].index] = static_cast<int32_t>(std::lround(bounded * 1000));
    if (step == 0 || score > best_score) {
      best = step;
      best_score = score;
    }
  }
  if (in.current) {
    const std::size_t last = ladder.step_of(in.ladder, *in.current);
    const double throughput = static_cast<double>(in.forecast.throughput.bps);
    if (best > last) {
      best = std::min(best, std::max(last, highest_within(ladder, 1, throughput)));
    }
  }
  decision.chosen = ladder.steps[best].index;
  decision.reason = Reason::kBuffer;
  return decision;
}

Decision BufferController::judge(const TransferInputs& in) const {
  Decision decision;
  if (in.running < in.now.ladder.size()) decision.chosen = in.running;
  decision.reason = Reason::kKeep;
  return decision;
}

}  // namespace playhead::abr
