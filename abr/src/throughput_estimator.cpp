// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/throughput_estimator.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr {

namespace {

// Half-lives in seconds of transfer time (chosen; Shaka 2 / 5, hls.js 3 / 9, dash.js 3 / 8).
// Shorter: quicker to follow, more switches. Longer: the reverse, and later to see a drop.
constexpr Duration kFastHalfLife = 2s;
constexpr Duration kSlowHalfLife = 6s;
// Waiting time is sampled once a transfer, not by time: half-life in transfers (chosen).
constexpr Duration kTtfbHalfLife = 4s;
constexpr Duration kOneTransfer = 1s;
// How much transfer time a remembered value is worth (chosen): less is forgotten within the first
// segment, more holds on to a network that has changed.
constexpr Duration kSeedWeight = 1s;

}  // namespace

void Ewma::add(Duration weight, double value) {
  const double keep = std::exp2(-to_seconds(weight) / to_seconds(half_life_));
  sum_ = sum_ * keep + value * (1 - keep);
  weight_ = weight_ * keep + (1 - keep);
}

double Ewma::mean() const { return weight_ > 0 ? sum_ / weight_ : 0; }

ThroughputEstimator::ThroughputEstimator()
    : fast_(kFastHalfLife), slow_(kSlowHalfLife), ttfb_(kTtfbHalfLife) {}

void ThroughputEstimator::add(const ThroughputSample& sample) {
  if (sample.bytes <= 0 || sample.active <= Duration{0}) return;
  const double bps = static_cast<double>(sample.bytes) * 8 / to_seconds(sample.active);
  fast_.add(sample.active, bps);
  slow_.add(sample.active, bps);
  ttfb_.add(kOneTransfer, to_seconds(std::max(sample.ttfb, Duration{0})));
}

Bitrate ThroughputEstimator::estimate() const {
  return {std::llround(std::min(fast_.mean(), slow_.mean()))};
}

Duration ThroughputEstimator::ttfb() const { return from_seconds(ttfb_.mean()); }

void ThroughputEstimator::seed(Bitrate remembered) {
  if (remembered.bps <= 0) return;
  fast_.add(kSeedWeight, static_cast<double>(remembered.bps));
  slow_.add(kSeedWeight, static_cast<double>(remembered.bps));
}

}  // namespace playhead::abr
