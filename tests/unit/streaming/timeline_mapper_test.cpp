// SPDX-License-Identifier: Apache-2.0
#include "streaming/timeline_mapper.h"

#include <algorithm>
#include <limits>

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

TEST_CASE("A05 times at the ends of what can be counted are placed without an overflow") {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  for (const Container container : {Container::kFmp4, Container::kMpegTs}) {
    const MediaTime late = TimelineMapper::map(kMax, 10s, segment(0), container);
    const MediaTime early = TimelineMapper::map(kMin, Duration{-10s}, segment(0), container);
    // A day more, or less, can still be counted, and so can what is between them.
    CHECK(late + 24h > late);
    CHECK(early - 24h < early);
    CHECK(late - early >= Duration{0});
  }
  TimelineMapper mapper;
  mapper.learn(segment(8'000'000), kMin);
  const auto offset = mapper.offset(segment(8'000'000), std::nullopt);
  REQUIRE(offset.has_value());
  CHECK(TimelineMapper::map(0, *offset, segment(8'000'000), Container::kFmp4) > MediaTime{0});
}

TEST_CASE("timeline mapper: a day of rounded durations adds up to no drift") {
  struct Case {
    const char* name;
    int64_t length_us;  // of each segment
    int64_t told_us;    // by its EXTINF
  };
  const Case cases[] = {{"to milliseconds, down", 4'004'267, 4'004'000},
                        {"to milliseconds, up", 3'999'600, 4'000'000},
                        {"to hundredths", 4'004'267, 4'000'000},
                        {"not at all", 4'000'000, 4'000'000}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TimelineMapper mapper;
    mapper.learn(segment(0), 0);
    Duration most_off{0};
    Duration most_step{0};
    Duration before = *mapper.offset(segment(0), std::nullopt);
    for (int64_t i = 0; i * c.length_us < 24 * 3'600'000'000LL; ++i) {
      const Segment listed = segment(i * c.told_us);
      const Duration offset = *mapper.offset(listed, std::nullopt);
      const MediaTime first =
          TimelineMapper::map(i * c.length_us, offset, listed, Container::kFmp4);
      most_off = std::max(most_off, std::max(first - listed.start, listed.start - first));
      most_step = std::max(most_step, std::max(offset - before, before - offset));
      before = offset;
      mapper.follow(listed, first);
    }
    CHECK(most_off <= 40ms);
    CHECK(most_step <= 10ms);
  }
}

TEST_CASE("timeline mapper: what frames differ from segments by is no drift") {
  TimelineMapper mapper;
  mapper.learn(segment(0), 0);
  for (const int64_t off : {21'000, -21'000, 0}) {
    mapper.follow(segment(4'000'000), MediaTime{4'000'000 + off});
    CHECK(mapper.offset(segment(0), std::nullopt) == Duration{0});
  }
}

}  // namespace
}  // namespace playhead
