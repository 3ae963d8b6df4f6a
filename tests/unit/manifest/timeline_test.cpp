// SPDX-License-Identifier: Apache-2.0
#include "manifest/timeline.h"

#include <limits>

#include <doctest/doctest.h>

namespace playhead {

TEST_CASE("timeline: neighbours abut exactly whatever the timescale") {
  Timeline timeline(90'000, 7s);
  REQUIRE(timeline.append(0, 180'180, 50'000, 1));  // 2.002 s
  REQUIRE(timeline.append(180'180 * 50'000ll, 30'031, 3, 50'001));
  for (std::size_t i = 0; i + 1 < timeline.size(); ++i) {
    REQUIRE(timeline.end(i) == timeline.start(i + 1));
  }
  CHECK(timeline.start(0) == MediaTime{7'000'000});
  CHECK(timeline.runs().size() == 2);
}

TEST_CASE("timeline: equal neighbours become one run") {
  Timeline timeline(1000, 0s);
  for (int i = 0; i < 1000; ++i) REQUIRE(timeline.append(i * 2000, 2000, 1, 10 + i));
  CHECK(timeline.runs().size() == 1);
  CHECK(timeline.size() == 1000);
  CHECK(timeline.number(999) == 1009);
  CHECK(timeline.end_ticks() == 2'000'000);
}

TEST_CASE("timeline: find") {
  // [0,4) [4,8) gap [10,13) [13,16), in seconds; offset 100 s
  Timeline timeline(10, 100s);
  REQUIRE(timeline.append(0, 40, 2, 5));
  REQUIRE(timeline.append(100, 30, 2, 7));
  struct Case {
    const char* name;
    Duration time;
    std::optional<std::size_t> position;
  };
  const Case cases[] = {
      {"before the first: the first", 0s, 0},
      {"at the start", 100s, 0},
      {"just before a boundary", 104s - Duration{1}, 0},
      {"at a boundary: the later one", 104s, 1},
      {"at the start of a gap: after it", 108s, 2},
      {"in a gap: after it", 109s, 2},
      {"after the gap", 110s, 2},
      {"in the last", 116s - Duration{1}, 3},
      {"at the end: nothing", 116s, std::nullopt},
      {"far behind: nothing", 1000s, std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(timeline.find(MediaTime{c.time.count()}) == c.position);
  }
  CHECK(timeline.find_number(4) == std::nullopt);
  CHECK(timeline.find_number(5) == std::size_t{0});
  CHECK(timeline.find_number(8) == std::size_t{3});
  CHECK(timeline.find_number(9) == std::nullopt);
}

TEST_CASE("timeline: find answers the segment every boundary and middle belongs to") {
  Timeline timeline(44'100, 0s);
  REQUIRE(timeline.append(0, 88'064, 4000, 1));
  for (std::size_t i = 0; i < timeline.size(); ++i) {
    const MediaTime start = timeline.start(i);
    const MediaTime last{timeline.end(i).us - 1};
    REQUIRE(timeline.find(start) == i);
    REQUIRE(timeline.find(last) == i);
  }
}

TEST_CASE("timeline: segments shorter than a microsecond do not slow the search down") {
  Timeline timeline(4'000'000'000, 0s);
  REQUIRE(timeline.append(0, 1, 2'000'000'000, 1));
  CHECK(timeline.find(MediaTime{250'000}).has_value());
  CHECK(timeline.find(MediaTime{500'000}) == std::nullopt);
}

TEST_CASE("timeline: an overlap ends the earlier segment, a step back is refused") {
  Timeline timeline(1, 0s);
  REQUIRE(timeline.append(0, 10, 2, 1));
  REQUIRE(timeline.append(15, 10, 1, 3));
  CHECK(timeline.end(1) == MediaTime{15'000'000});
  CHECK(timeline.find(MediaTime{15'000'000}) == std::size_t{2});
  CHECK_FALSE(timeline.append(12, 10, 1, 4));
  CHECK_FALSE(timeline.append(25, 10, 1, 2));  // numbers ascend
  CHECK(timeline.size() == 3);
}

TEST_CASE("timeline: what overflows is refused, what is too many is cut") {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  Timeline timeline(1, 0s);
  CHECK_FALSE(timeline.append(0, kMax, 2, 1));
  CHECK_FALSE(timeline.append(kMax, 1, 1, 1));
  CHECK_FALSE(timeline.append(0, 1, 0, 1));
  CHECK_FALSE(timeline.append(0, -1, 1, 1));
  CHECK(timeline.size() == 0);
  CHECK(timeline.find(MediaTime{0}) == std::nullopt);
  REQUIRE(timeline.append(0, 1, uint64_t{1} << 62, 1));
  CHECK(timeline.size() == Timeline::kMaxSegments);
}

TEST_CASE("timeline: the limit shortens only the last segment") {
  Timeline timeline(1, 0s);
  REQUIRE(timeline.append(0, 4, 3, 1));
  timeline.limit_end(MediaTime{10'500'000});
  CHECK(timeline.end(1) == MediaTime{8'000'000});
  CHECK(timeline.end(2) == MediaTime{10'500'000});
  CHECK(timeline.find(MediaTime{10'600'000}) == std::nullopt);
}

}  // namespace playhead
