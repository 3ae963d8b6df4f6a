// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/abr_controller.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead::abr {
namespace {

const std::vector<Rung> kLadder = {{{400'000}}, {{900'000}}, {{1'800'000}}, {{3'500'000}}};

TEST_CASE("default controller: throughput below the guard, buffer above it") {
  struct Case {
    const char* name;
    std::optional<std::size_t> current;
    int64_t throughput_bps;
    Duration buffer;
    AbrDecision decision;
  };
  const Case cases[] = {
      {"start: lowest", std::nullopt, 0, 0s, {0, AbrReason::kStart}},
      {"nothing measured: stay", 2, 0, 5s, {2, AbrReason::kStart}},
      {"low buffer obeys the margin", 3, 1'200'000, 5s, {1, AbrReason::kThroughput}},
      {"full buffer rides out a dip", 3, 3'500'000, 29s, {3, AbrReason::kBuffer}},
      {"full buffer does not pay for a collapse", 3, 250'000, 29s, {0, AbrReason::kThroughput}},
      {"full buffer lifts one rung at a time", 0, 1'000'000, 29s, {1, AbrReason::kBuffer}},
      {"what the buffer gave stays while it falls a little",
       3,
       3'000'000,
       20s,
       {3, AbrReason::kBuffer}},
      {"and goes when it has fallen clearly", 3, 3'000'000, 15s, {2, AbrReason::kThroughput}},
      {"rate rule may jump to the top", 0, 20'000'000, 12s, {3, AbrReason::kThroughput}},
  };
  const auto controller = make_default_controller();
  for (const Case& c : cases) {
    CAPTURE(c.name);
    AbrInputs in;
    in.ladder = kLadder;
    in.current = c.current;
    in.throughput = {c.throughput_bps};
    in.buffer_level = c.buffer;
    in.buffer_target = 30s;
    in.segment_duration = 4s;
    const AbrDecision decision = controller->decide(in);
    CHECK(decision.rung == c.decision.rung);
    CHECK(decision.reason == c.decision.reason);
  }
}

TEST_CASE("default controller: a smaller ladder than before is safe") {
  const auto controller = make_default_controller();
  const std::vector<Rung> one = {{{400'000}}};
  AbrInputs in;
  in.ladder = one;
  in.current = 3;
  CHECK(controller->decide(in) == AbrDecision{0, AbrReason::kOnlyOne});
  const std::vector<Rung> two = {{{400'000}}, {{900'000}}};
  in.ladder = two;
  CHECK(controller->decide(in).rung == 1);
}

}  // namespace
}  // namespace playhead::abr
