// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/throughput_estimator.h"

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

ThroughputSample at_rate(int64_t bps, Duration active) {
  return {bps * active.count() / 8 / 1'000'000, active, 50ms};
}

TEST_CASE("throughput estimator: a steady link is measured exactly") {
  ThroughputEstimator estimator;
  CHECK(estimator.estimate().bps == 0);
  for (int i = 0; i < 5; ++i) estimator.add(at_rate(3'000'000, 1s));
  CHECK(estimator.estimate().bps == doctest::Approx(3'000'000).epsilon(0.001));
  CHECK(estimator.ttfb() == 50ms);
}

TEST_CASE("throughput estimator: a drop is believed sooner than a rise") {
  ThroughputEstimator down;
  for (int i = 0; i < 10; ++i) down.add(at_rate(8'000'000, 2s));
  down.add(at_rate(1'000'000, 4s));
  CHECK(down.estimate().bps < 3'000'000);

  ThroughputEstimator up;
  for (int i = 0; i < 10; ++i) up.add(at_rate(1'000'000, 2s));
  up.add(at_rate(8'000'000, 4s));
  CHECK(up.estimate().bps < 4'000'000);
}

TEST_CASE("throughput estimator: empty samples say nothing") {
  ThroughputEstimator estimator;
  estimator.add({0, 1s, 0s});
  estimator.add({1000, 0s, 0s});
  estimator.add({1000, -1s, 0s});
  CHECK(estimator.estimate().bps == 0);
}

TEST_CASE("throughput estimator: a remembered value holds until real samples outweigh it") {
  ThroughputEstimator estimator;
  estimator.seed({5'000'000});
  CHECK(estimator.estimate().bps == doctest::Approx(5'000'000).epsilon(0.001));
  for (int i = 0; i < 10; ++i) estimator.add(at_rate(1'000'000, 2s));
  CHECK(estimator.estimate().bps < 1'200'000);
}

}  // namespace
}  // namespace playhead::abr
