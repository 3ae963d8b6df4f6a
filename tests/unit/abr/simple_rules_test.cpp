// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <doctest/doctest.h>

#include "ladder.h"

namespace playhead::abr {
namespace {

using test::inputs_of;
using test::ladder_of;

TEST_CASE("rate rule: the highest within four fifths of the forecast") {
  struct Case {
    const char* name;
    int64_t bps;
    std::size_t chosen;
    Reason reason;
  };
  const Case cases[] = {
      {"nothing measured", 0, 0, Reason::kStart},
      {"none fits", 100'000, 0, Reason::kThroughput},
      {"exactly at the margin", 1'250'000, 1, Reason::kThroughput},
      {"a bit below it", 1'249'999, 0, Reason::kThroughput},
      {"in the middle", 3'000'000, 2, Reason::kThroughput},
      {"more than the top needs", 900'000'000, 3, Reason::kThroughput},
  };
  const auto rule = make_controller(Algorithm::kRate, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 2'000'000, 4'000'000});
  for (const Case& c : cases) {
    for (const Duration level : {0s, 5s, 60s}) {  // the buffer does not matter
      CAPTURE(c.name);
      const Decision decision = rule->decide(inputs_of(ladder, c.bps, level));
      CHECK(decision.chosen == c.chosen);
      CHECK(decision.reason == c.reason);
    }
  }
}

TEST_CASE("rate rule: scores are what is left of the throughput") {
  const auto rule = make_controller(Algorithm::kRate, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 4'000'000});
  const Decision decision = rule->decide(inputs_of(ladder, 2'000'000, 20s));
  CHECK(decision.scores == std::vector<int32_t>{750, 500, -1000});
}

TEST_CASE("rate rule: a memory is used with the same margin") {
  const auto rule = make_controller(Algorithm::kRate, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 4'000'000});
  DecisionInputs in = inputs_of(ladder, 2'000'000, 0s, std::nullopt);
  in.forecast.is_remembered = true;
  const Decision decision = rule->decide(in);
  CHECK(decision.chosen == 1);
  CHECK(decision.reason == Reason::kRemembered);
}

TEST_CASE("buffer rule: climbs with the level and reaches the top below the cap") {
  const auto rule = make_controller(Algorithm::kBuffer, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 2'000'000, 4'000'000});
  std::size_t last = 0;
  for (int level = 0; level <= 60; ++level) {
    const Decision decision =
        rule->decide(inputs_of(ladder, 100'000'000, std::chrono::seconds(level), last));
    CAPTURE(level);
    CHECK(decision.reason == Reason::kBuffer);
    CHECK(*decision.chosen >= last);
    last = *decision.chosen;
    if (level == 0) CHECK(last == 0);
    if (level == 55) CHECK(last == 3);
  }
}

TEST_CASE("buffer rule: falls with the level whatever the network brings") {
  const auto rule = make_controller(Algorithm::kBuffer, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 2'000'000, 4'000'000});
  CHECK(rule->decide(inputs_of(ladder, 100'000'000, 2s, 3)).chosen == 0);
}

TEST_CASE("buffer rule: a climb stops at what the network sustains") {
  const auto rule = make_controller(Algorithm::kBuffer, {});
  const auto ladder = ladder_of({500'000, 1'000'000, 2'000'000, 4'000'000});
  CHECK(rule->decide(inputs_of(ladder, 2'500'000, 55s, 1)).chosen == 2);
  CHECK(rule->decide(inputs_of(ladder, 2'500'000, 55s, 3)).chosen == 3);
}

TEST_CASE("simple rules never abandon") {
  const auto ladder = ladder_of({500'000, 1'000'000});
  TransferInputs in;
  in.now = inputs_of(ladder, 1'000, 0s);
  in.running = 1;
  for (const Algorithm algorithm : {Algorithm::kRate, Algorithm::kBuffer}) {
    const Decision decision = make_controller(algorithm, {})->judge(in);
    CHECK(decision.chosen == 1);
    CHECK(decision.reason == Reason::kKeep);
  }
}

// Every rule, every odd ladder: a choice within it, or none for an empty one.
TEST_CASE("rules: bad input has a defined answer") {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  struct Case {
    const char* name;
    std::vector<Candidate> ladder;
  };
  std::vector<Candidate> long_ladder;
  for (int64_t i = 0; i < 500; ++i) long_ladder.push_back({{100'000 + i * 50'000}, 0, 0});
  const Case cases[] = {
      {"empty", {}},
      {"one", ladder_of({1'000'000})},
      {"one of unknown bitrate", ladder_of({0})},
      {"descending", ladder_of({4'000'000, 2'000'000, 1'000'000})},
      {"unsorted", ladder_of({2'000'000, 500'000, 8'000'000, 1'000'000})},
      {"duplicates", ladder_of({1'000'000, 1'000'000, 2'000'000, 2'000'000})},
      {"all the same", ladder_of({1'000'000, 1'000'000, 1'000'000})},
      {"all unknown", ladder_of({0, 0, 0})},
      {"negative", ladder_of({-5, -1'000'000, 2'000'000})},
      {"huge", ladder_of({1, kMost})},
      {"sizes without bitrates", {{{0}, 100'000, 0}, {{0}, 900'000, 0}}},
      {"negative sizes", {{{1'000'000}, -1, -1}, {{2'000'000}, -kMost, -kMost}}},
      {"huge sizes", {{{1'000'000}, kMost, kMost}, {{2'000'000}, kMost, kMost}}},
      {"very long", long_ladder},
  };
  const Duration durations[] = {Duration{-kMost}, -1s, 0s, Duration{1}, 4s, 1000s, Duration{kMost}};
  const int64_t throughputs[] = {-1, 0, 1, 1'000'000, kMost};
  for (const Algorithm algorithm : {Algorithm::kRate, Algorithm::kBuffer, Algorithm::kDefault}) {
    const auto controller = make_controller(algorithm, {});
    for (const Case& c : cases) {
      for (const Duration level : durations) {
        for (const int64_t throughput : throughputs) {
          DecisionInputs in = inputs_of(c.ladder, 1, level, 7);
          in.forecast.throughput = {throughput};
          in.forecast.spread_permille = throughput < 0 ? -5 : 2'000'000'000;
          in.forecast.volatility_permille = throughput < 0 ? -5 : 2'000'000'000;
          in.forecast.ttfb = level;
          in.ahead_segments = 6;
          in.segments_left = level.count();
          const Decision decision = controller->decide(in);
          CAPTURE(c.name);
          CAPTURE(level.count());
          CAPTURE(throughput);
          REQUIRE(decision.chosen.has_value() == !c.ladder.empty());
          if (decision.chosen) REQUIRE(*decision.chosen < c.ladder.size());
          REQUIRE((decision.scores.empty() || decision.scores.size() == c.ladder.size()));
          TransferInputs transfer;
          transfer.now = in;
          transfer.running = c.ladder.size() / 2;
          transfer.received_bytes = throughput;
          transfer.active = level;
          const Decision judged = controller->judge(transfer);
          if (judged.chosen) REQUIRE(*judged.chosen < c.ladder.size());
        }
      }
    }
  }
}

TEST_CASE("rules: odd durations and caps have a defined answer") {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const auto ladder = ladder_of({500'000, 1'000'000, 2'000'000});
  const Duration odd[] = {Duration{-kMost}, 0s, Duration{1}, 1s, 3600s, Duration{kMost}};
  for (const Algorithm algorithm : {Algorithm::kBuffer, Algorithm::kDefault}) {
    const auto controller = make_controller(algorithm, {});
    for (const Duration duration : odd) {
      for (const Duration cap : odd) {
        DecisionInputs in = inputs_of(ladder, 1'000'000, 20s);
        in.segment_duration = duration;
        in.typical_duration = cap;
        in.buffer_cap = cap;
        CAPTURE(duration.count());
        CAPTURE(cap.count());
        CHECK(controller->decide(in).chosen.has_value());
      }
    }
  }
}

}  // namespace
}  // namespace playhead::abr
