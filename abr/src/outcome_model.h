// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "playhead/abr/settings.h"

namespace playhead::abr {

// One way the next transfer may go, against its forecast.
struct Outcome {
  double probability = 0;
  double log_error = 0;  // natural logarithm of real / forecast throughput
  double silence_s = 0;  // nothing comes for this long
  double log_shift = 0;  // what of it stays in the next forecast
};

// Seven errors of the forecast and three silences (8, 20, 45 s).
inline constexpr std::size_t kOutcomes = 10;
using OutcomeModel = std::array<Outcome, kOutcomes>;

[[nodiscard]] OutcomeModel make_outcome_model(double spread, double silence_chance,
                                              double persistence);

// Chance that the link goes silent during a segment, from how much it jumps about and how far away
// the other end is, in seconds to the first byte.
[[nodiscard]] double silence_chance(const Settings& settings, double volatility, double ttfb_s);

}  // namespace playhead::abr
