// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "playhead/abr/throughput.h"

namespace playhead::abr {
namespace {

constexpr EstimatorKind kAllKinds[] = {EstimatorKind::kForecast, EstimatorKind::kDualEwma,
                                       EstimatorKind::kHarmonicMean,
                                       EstimatorKind::kSlidingQuantile};

TransferSample transfer(int64_t bytes, Duration active, Duration ttfb = Duration{0}) {
  TransferSample sample;
  sample.bytes = bytes;
  sample.active = active;
  sample.ttfb = ttfb;
  return sample;
}

// One second at that rate.
TransferSample second_at(int64_t bps) { return transfer(bps / 8, 1s); }

TEST_CASE("estimators: which transfers count") {
  TransferSample cached = second_at(8'000'000);
  cached.is_from_cache = true;
  TransferSample paced = second_at(8'000'000);
  paced.is_application_limited = true;
  struct Case {
    const char* name;
    TransferSample sample;
    bool is_usable;
  };
  const Case cases[] = {
      {"a segment", second_at(8'000'000), true},
      {"from a cache", cached, false},
      {"paced by its sender", paced, false},
      {"tiny", transfer(kMinTransferBytes - 1, 100ms), false},
      {"just large enough", transfer(kMinTransferBytes, 100ms), true},
      {"tiny but slow: the link is slow", transfer(100, 1s), true},
      {"nothing for a second", transfer(0, 1s), true},
      {"a clock that stands still", transfer(1'000'000, 0s), false},
      {"a clock that goes back", transfer(1'000'000, -1s), false},
      {"negative bytes", transfer(-1, 1s), false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(is_usable(c.sample) == c.is_usable);
    for (const EstimatorKind kind : kAllKinds) {
      const auto estimator = make_estimator(kind, {});
      estimator->add(c.sample);
      CHECK((estimator->forecast().throughput.bps > 0) == c.is_usable);
    }
  }
}

TEST_CASE("estimators: nothing, a memory, a measurement") {
  for (const EstimatorKind kind : kAllKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto estimator = make_estimator(kind, {});
    CHECK(estimator->forecast() == Forecast{});
    estimator->seed({0});
    CHECK(estimator->forecast() == Forecast{});
    estimator->seed({5'000'000});
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(5'000'000));
    CHECK(estimator->forecast().is_remembered);
    for (int i = 0; i < 30; ++i) estimator->add(second_at(2'000'000));
    CHECK_FALSE(estimator->forecast().is_remembered);
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(2'000'000).epsilon(0.01));
    estimator->seed({900'000'000});
    CHECK(estimator->forecast().throughput.bps < 3'000'000);
  }
}

TEST_CASE("estimators: finite and positive whatever comes") {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const TransferSample nasty[] = {transfer(0, 100s),
                                  transfer(kMost / 16, Duration{1}),
                                  transfer(kMinTransferBytes, Duration{kMost / 2}),
                                  transfer(20'000, Duration{1}, Duration{kMost}),
                                  transfer(20'000, Duration{1}, Duration{-kMost}),
                                  second_at(1'000),
                                  second_at(1'000'000'000'000)};
  for (const EstimatorKind kind : kAllKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto estimator = make_estimator(kind, {});
    for (int round = 0; round < 50; ++round) {
      for (const TransferSample& sample : nasty) {
        estimator->add(sample);
        estimator->add_progress({sample.bytes / 1000, std::min(sample.active, Duration{100s})});
        const Forecast forecast = estimator->forecast();
        REQUIRE(forecast.throughput.bps >= 1'000);
        REQUIRE(forecast.throughput.bps <= 1'000'000'000'000);
        REQUIRE(forecast.ttfb >= Duration{0});
        REQUIRE(forecast.ttfb <= 60s);
        REQUIRE(forecast.spread_permille > 0);
        REQUIRE(forecast.spread_permille < 3'000);
        REQUIRE(forecast.volatility_permille >= 0);
        REQUIRE(forecast.volatility_permille <= 2'000);
      }
    }
  }
}

TEST_CASE("estimators: minutes of nothing and jumps by a thousand are followed") {
  const auto estimator = make_estimator(EstimatorKind::kForecast, {});
  for (int i = 0; i < 5; ++i) estimator->add(second_at(10'000'000));
  for (int i = 0; i < 30; ++i) estimator->add(transfer(0, 10s));
  CHECK(estimator->forecast().throughput.bps < 2'000);
  for (int i = 0; i < 6; ++i) estimator->add(second_at(10'000'000));
  CHECK(estimator->forecast().throughput.bps > 8'000'000);
}

TEST_CASE("forecast: the wait before the first byte is no transfer time") {
  const auto near = make_estimator(EstimatorKind::kForecast, {});
  const auto far = make_estimator(EstimatorKind::kForecast, {});
  const auto harmonic = make_estimator(EstimatorKind::kHarmonicMean, {});
  for (int i = 0; i < 20; ++i) {
    near->add(transfer(500'000, 1s, 20ms));
    far->add(transfer(500'000, 1s, 1s));
    harmonic->add(transfer(500'000, 1s, 1s));
  }
  CHECK(near->forecast().throughput == far->forecast().throughput);
  CHECK(near->forecast().ttfb == 20ms);
  CHECK(far->forecast().ttfb == 1s);
  // The published rule it stands for counts the wait.
  CHECK(harmonic->forecast().throughput.bps == 2'000'000);
}

TEST_CASE("forecast: bad surprises widen the spread, good ones hardly") {
  const auto spread_after = [](int64_t last_bps) {
    const auto estimator = make_estimator(EstimatorKind::kForecast, {});
    for (int i = 0; i < 60; ++i) estimator->add(second_at(4'000'000));
    const int32_t before = estimator->forecast().spread_permille;
    estimator->add(second_at(last_bps));
    return estimator->forecast().spread_permille - before;
  };
  CHECK(spread_after(400'000) > 50);
  CHECK(spread_after(400'000) > spread_after(40'000'000));
  CHECK(spread_after(4'000'000) == 0);
}

TEST_CASE("forecast: volatility rises at once and falls slowly") {
  const auto estimator = make_estimator(EstimatorKind::kForecast, {});
  estimator->add(second_at(4'000'000));
  const auto seconds = [&](int count, int64_t low, int64_t high) {
    for (int i = 0; i < count; ++i) {
      estimator->add_progress({(i % 2 == 0 ? low : high) / 8, 1s});
    }
    return estimator->forecast().volatility_permille;
  };
  const int32_t steady = seconds(200, 4'000'000, 4'000'000);
  CHECK(steady < 10);
  const int32_t nervous = seconds(20, 2'000'000, 6'000'000);
  CHECK(nervous > 500);
  CHECK(seconds(20, 4'000'000, 4'000'000) > nervous / 3);
}

TEST_CASE("forecast: volatility does not depend on how the bytes are cut") {
  const auto whole = make_estimator(EstimatorKind::kForecast, {});
  const auto cut = make_estimator(EstimatorKind::kForecast, {});
  whole->add(second_at(4'000'000));
  cut->add(second_at(4'000'000));
  for (int i = 0; i < 40; ++i) {
    const int64_t bytes = i % 3 == 0 ? 100'000 : 600'000;
    whole->add_progress({bytes, 1s});
    for (int k = 0; k < 10; ++k) cut->add_progress({bytes / 10, 100ms});
  }
  CHECK(whole->forecast() == cut->forecast());
}

TEST_CASE("dual mean: a drop is believed at once, a rise when it lasts") {
  const auto estimator = make_estimator(EstimatorKind::kDualEwma, {});
  for (int i = 0; i < 60; ++i) estimator->add(second_at(8'000'000));
  estimator->add(transfer(500'000, 3s));
  CHECK(estimator->forecast().throughput.bps < 5'500'000);
  const int64_t low = estimator->forecast().throughput.bps;
  estimator->add(transfer(3'000'000, 3s));
  CHECK(estimator->forecast().throughput.bps < 8'000'000);
  CHECK(estimator->forecast().throughput.bps > low);
}

TEST_CASE("sliding quantile: an outlier does not move it") {
  const auto estimator = make_estimator(EstimatorKind::kSlidingQuantile, {});
  for (int i = 0; i < 9; ++i) estimator->add(transfer(100'000, 100ms));
  estimator->add(transfer(100'000, 1ms));
  CHECK(estimator->forecast().throughput.bps == 8'000'000);
  for (int i = 0; i < 9; ++i) estimator->add(transfer(100'000, 1ms));
  CHECK(estimator->forecast().throughput.bps == 800'000'000);
}

TEST_CASE("estimators: what was measured on another network counts for little, for one transfer") {
  for (const EstimatorKind kind : kAllKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto estimator = make_estimator(kind, {});
    estimator->begin_network({});  // nothing was known of the one before
    CHECK(estimator->forecast() == Forecast{});
    for (int i = 0; i < 30; ++i) estimator->add(second_at(1'000'000));
    estimator->begin_network({});
    CHECK(estimator->forecast().is_remembered);
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(500'000));
    for (int i = 0; i < 30; ++i) estimator->add(second_at(20'000'000));
    estimator->begin_network({});
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(2'000'000));
    estimator->add(second_at(700'000));
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(700'000));
    CHECK_FALSE(estimator->forecast().is_remembered);
  }
}

TEST_CASE("estimators: a network that is remembered begins with that") {
  for (const EstimatorKind kind : kAllKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto estimator = make_estimator(kind, {});
    for (int i = 0; i < 30; ++i) estimator->add(second_at(20'000'000));
    estimator->begin_network({3'000'000});
    CHECK(estimator->forecast().throughput.bps == doctest::Approx(3'000'000));
    CHECK(estimator->forecast().is_remembered);
    estimator->add(second_at(1'000'000));
    CHECK(estimator->forecast().throughput.bps < 3'000'000);
    CHECK_FALSE(estimator->forecast().is_remembered);
  }
}

}  // namespace
}  // namespace playhead::abr
