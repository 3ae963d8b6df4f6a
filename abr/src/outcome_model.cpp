// SPDX-License-Identifier: Apache-2.0
#include "outcome_model.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr {

namespace {

// Seven points of the normal distribution: place in standard deviations, weight. Tails thinner than
// 1.8 are left to the silences.
struct Point {
  double deviation, weight;
};
constexpr Point kErrors[] = {{-1.8, 0.07}, {-1.1, 0.13}, {-0.55, 0.18}, {0, 0.24},
                             {0.55, 0.18}, {1.1, 0.13},  {1.8, 0.07}};

// How long a silent link stays silent, and how often each (lengths of outages in 3G and 4G logs,
// rounded): longer ones make it hoard in vain, shorter ones leave it dry.
struct Silence {
  double seconds, weight;
};
constexpr Silence kSilences[] = {{8, 0.6}, {20, 0.25}, {45, 0.15}};

// How far the time to first byte may move the chance of silence (chosen): it is a hint, servers are
// slow for other reasons too.
constexpr double kLeastByDelay = 0.25;
constexpr double kMostByDelay = 2;
constexpr double kMostChance = 0.5;

static_assert(std::size(kErrors) + std::size(kSilences) == kOutcomes);

}  // namespace

OutcomeModel make_outcome_model(double spread, double silence_chance, double persistence) {
  OutcomeModel model;
  auto next = model.begin();
  for (const Point& point : kErrors) {
    const double error = point.deviation * spread;
    *next++ = {point.weight * (1 - silence_chance), error, 0, persistence * error};
  }
  for (const Silence& silence : kSilences) {
    *next++ = {silence.weight * silence_chance, 0, silence.seconds, 0};
  }
  return model;
}

double silence_chance(const Settings& settings, double volatility, double ttfb_s) {
  const double ratio = std::max(volatility, 1e-3) / settings.silence_reference;
  const double factor =
      std::min(std::max(std::pow(ratio, settings.silence_power), settings.silence_floor),
               settings.silence_ceiling);
  const double distance =
      std::clamp(ttfb_s / settings.silence_delay_s, kLeastByDelay, kMostByDelay);
  return std::min(settings.silence_chance * factor * distance, kMostChance);
}

}  // namespace playhead::abr
