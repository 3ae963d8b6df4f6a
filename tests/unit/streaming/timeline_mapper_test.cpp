// SPDX-License-Identifier: Apache-2.0
#include "streaming/timeline_mapper.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

Segment segment(int64_t start_us, uint64_t discontinuity = 0) {
  Segment segment;
  segment.start = MediaTime{start_us};
  segment.end = MediaTime{start_us + 4'000'000};
  segment.discontinuity_sequence = discontinuity;
  return segment;
}

TEST_CASE("timeline mapper: a declared offset needs no learning") {
  const TimelineMapper mapper;
  CHECK(mapper.offset(segment(0), Duration{-5s}) == Duration{-5s});
}

TEST_CASE("timeline mapper: the first sample of a discontinuity sequence places it") {
  TimelineMapper mapper;
  CHECK_FALSE(mapper.offset(segment(8'000'000), std::nullopt).has_value());
  mapper.learn(segment(8'000'000), 9'400'000);  // MPEG-TS usually starts at 1.4 s
  CHECK(mapper.offset(segment(0), std::nullopt) == Duration{-1'400'000});
  mapper.learn(segment(12'000'000), 0);  // what is known is not learnt again
  CHECK(mapper.offset(segment(0), std::nullopt) == Duration{-1'400'000});
  CHECK_FALSE(mapper.offset(segment(20'000'000, 1), std::nullopt).has_value());
}

TEST_CASE("timeline mapper: MPEG-TS times that wrapped land beside their segment") {
  constexpr int64_t kWrapUs = 95'443'717'688;  // 2^33 / 90 kHz
  struct Case {
    const char* name;
    int64_t container_us;
    Container container;
    int64_t expected_us;
  };
  const Case cases[] = {
      {"no wrap", 10'000'000, Container::kMpegTs, 10'000'000},
      {"wrapped once", 10'000'000 - kWrapUs, Container::kMpegTs, 10'000'000},
      {"counted on", 10'000'000 + kWrapUs, Container::kMpegTs, 10'000'000},
      {"fMP4 does not wrap", 10'000'000 + kWrapUs, Container::kFmp4, 10'000'000 + kWrapUs},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const MediaTime mapped =
        TimelineMapper::map(c.container_us, Duration{0}, segment(8'000'000), c.container);
    CHECK(mapped.us == doctest::Approx(static_cast<double>(c.expected_us)).epsilon(1e-12));
  }
}

}  // namespace
}  // namespace playhead
