// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "buffer_rule.h"
#include "rate_rule.h"

namespace playhead::abr {
namespace {

const std::vector<Rung> kLadder = {{{400'000}}, {{900'000}}, {{1'800'000}}, {{3'500'000}}};

AbrInputs inputs(int64_t throughput_bps, Duration buffer) {
  AbrInputs in;
  in.ladder = kLadder;
  in.throughput = {throughput_bps};
  in.buffer_level = buffer;
  in.buffer_target = 30s;
  in.segment_duration = 4s;
  return in;
}

TEST_CASE("rate_rule: spends at most the safety margin") {
  struct Case {
    const char* name;
    int64_t throughput_bps;
    std::size_t rung;
  };
  const Case cases[] = {
      {"no sample yet: lowest rung", 0, 0},
      {"nothing fits: lowest rung", 100'000, 0},
      {"exactly at the margin is allowed", 2'250'000, 2},
      {"one bit below is not", 2'249'999, 1},
      {"plenty: the top", 100'000'000, 3},
      {"a huge estimate does not overflow", std::numeric_limits<int64_t>::max(), 3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(rate_rule(inputs(c.throughput_bps, 0s)) == c.rung);
  }
}

TEST_CASE("buffer_rule: the level maps onto the ladder") {
  struct Case {
    const char* name;
    Duration buffer;
    std::size_t rung;
  };
  const Case cases[] = {
      {"empty", 0s, 0},        {"within the reservoir", 7s, 0},   {"a third of the way", 15s, 1},
      {"well filled", 22s, 2}, {"at the top level", 25'500ms, 3}, {"beyond the target", 90s, 3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(buffer_rule(inputs(1, c.buffer)) == c.rung);
  }
}

TEST_CASE("buffer_rule: degenerate ladders and targets are defined") {
  AbrInputs in = inputs(1, 10s);
  in.buffer_target = 0s;
  CHECK(buffer_rule(in) == 3);
  const std::vector<Rung> zeros = {{{0}}, {{0}}};
  in.ladder = zeros;
  CHECK(buffer_rule(in) < zeros.size());
}

}  // namespace
}  // namespace playhead::abr
