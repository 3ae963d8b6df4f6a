// SPDX-License-Identifier: Apache-2.0
#include "rate_controller.h"

#include <algorithm>
#include <cmath>

#include "plan_ladder.h"

namespace playhead::abr {

namespace {

// Share of the throughput left over, in 1/1000; what cannot be expressed is far below.
int32_t spare(double bps, double throughput) {
  const double share = std::clamp(1 - bps / throughput, -2e6, 1.0);
  return static_cast<int32_t>(std::lround(share * 1000));
}

}  // namespace

Decision RateController::decide(const DecisionInputs& in) const {
  Decision decision;
  // No thinning here: any length of ladder costs one pass.
  for (std::size_t i = 0; i < in.ladder.size(); ++i) {
    if (!decision.chosen || in.ladder[i].bitrate < in.ladder[*decision.chosen].bitrate) {
      decision.chosen = i;
    }
  }
  if (!decision.chosen) return decision;
  if (in.ladder.size() == 1) {
    decision.reason = Reason::kOnlyOne;
    return decision;
  }
  const double throughput = static_cast<double>(in.forecast.throughput.bps);
  if (throughput <= 0) {
    decision.reason = Reason::kStart;
    return decision;
  }
  for (std::size_t i = 0; i < in.ladder.size(); ++i) {
    const double bps = static_cast<double>(std::max<int64_t>(in.ladder[i].bitrate.bps, 0));
    decision.scores.push_back(spare(bps, throughput));
    if (bps > settings_.margin * throughput) continue;
    if (in.ladder[i].bitrate > in.ladder[*decision.chosen].bitrate) decision.chosen = i;
  }
  decision.reason = in.forecast.is_remembered ? Reason::kRemembered : Reason::kThroughput;
  return decision;
}

Decision RateController::judge(const TransferInputs& in) const {
  Decision decision;
  if (in.running < in.now.ladder.size()) decision.chosen = in.running;
  decision.reason = Reason::kKeep;
  return decision;
}

}  // namespace playhead::abr
