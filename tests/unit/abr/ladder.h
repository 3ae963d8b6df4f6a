// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "playhead/abr/controller.h"

namespace playhead::abr::test {

inline std::vector<Candidate> ladder_of(std::initializer_list<int64_t> bitrates) {
  std::vector<Candidate> ladder;
  for (const int64_t bps : bitrates) ladder.push_back({{bps}, 0, 0});
  return ladder;
}

// A forecast of an ordinary link.
inline Forecast forecast_of(int64_t bps, int32_t volatility_permille = 100) {
  Forecast forecast;
  forecast.throughput = {bps};
  forecast.ttfb = 30ms;
  forecast.spread_permille = 300;
  forecast.volatility_permille = volatility_permille;
  return forecast;
}

inline DecisionInputs inputs_of(const std::vector<Candidate>& ladder, int64_t bps, Duration level,
                                std::optional<std::size_t> current = 0) {
  DecisionInputs in;
  in.ladder = ladder;
  in.current = current;
  in.forecast = bps > 0 ? forecast_of(bps) : Forecast{};
  in.buffer_level = level;
  in.buffer_cap = 60s;
  in.segment_duration = 4s;
  return in;
}

}  // namespace playhead::abr::test
