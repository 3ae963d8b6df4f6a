// SPDX-License-Identifier: Apache-2.0
#include "buffer_rule.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr {

std::size_t buffer_rule(const AbrInputs& in) {
  const int64_t target = std::max<int64_t>(in.buffer_target.count(), 1);
  const double level = static_cast<double>(in.buffer_level.count()) / static_cast<double>(target);
  const double low = kReservoirPermille / 1000.0;
  const double high = kTopPermille / 1000.0;
  const double share = std::clamp((level - low) / (high - low), 0.0, 1.0);

  const double lowest =
      std::log(static_cast<double>(std::max<int64_t>(in.ladder.front().bitrate.bps, 1)));
  const double highest =
      std::log(static_cast<double>(std::max<int64_t>(in.ladder.back().bitrate.bps, 1)));
  const double allowed = std::exp(lowest + share * (highest - lowest)) * (1 + 1e-9);
  std::size_t rung = 0;
  for (std::size_t i = 1; i < in.ladder.size(); ++i) {
    if (static_cast<double>(in.ladder[i].bitrate.bps) <= allowed) rung = i;
  }
  return rung;
}

}  // namespace playhead::abr
