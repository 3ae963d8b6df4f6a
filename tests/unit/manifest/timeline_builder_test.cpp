// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/timeline_builder.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::dash {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

SegmentInfo with_entries(std::vector<TimelineEntry> entries) {
  SegmentInfo info;
  info.timescale = 1;
  info.timeline = std::make_shared<std::vector<TimelineEntry>>(std::move(entries));
  return info;
}

// "number:start-end …" in seconds.
std::string printed(const std::shared_ptr<const Timeline>& timeline) {
  if (timeline == nullptr) return "null";
  std::string text;
  for (std::size_t i = 0; i < timeline->size(); ++i) {
    text += (i > 0 ? " " : "") + std::to_string(timeline->number(i)) + ":" +
            std::to_string(timeline->start(i).us / 1'000'000) + "-" +
            std::to_string(timeline->end(i).us / 1'000'000);
  }
  return text;
}

TimelineEntry s(std::optional<int64_t> time, int64_t duration, int64_t repeat = 0) {
  TimelineEntry entry;
  entry.time = time.value_or(TimelineEntry::kNoTime);
  entry.duration = duration;
  entry.repeat = repeat;
  return entry;
}

}  // namespace

TEST_CASE("timeline builder: SegmentTimeline") {
  struct Case {
    const char* name;
    std::vector<TimelineEntry> entries;
    std::optional<Duration> period;
    const char* segments;
    int warnings;
  };
  const Case cases[] = {
      {"repeats", {s(0, 4, 2)}, 12s, "1:0-4 2:4-8 3:8-12", 0},
      {"missing t follows", {s(0, 4), s({}, 3)}, 7s, "1:0-4 2:4-7", 0},
      {"gap", {s(0, 4), s(6, 4)}, 10s, "1:0-4 2:6-10", 0},
      {"overlap ends the one before", {s(0, 4), s(3, 4)}, 7s, "1:0-3 2:3-7", 0},
      {"step back is left out", {s(10, 4), s(3, 4), s(14, 4)}, 18s, "1:10-14 3:14-18", 1},
      {"r=-1 to the next t", {s(0, 4, -1), s(10, 2)}, 12s, "1:0-4 2:4-8 3:8-10 4:10-12", 0},
      {"r=-1 to the Period's end", {s(0, 4, -1)}, 10s, "1:0-4 2:4-8 3:8-12", 0},
      {"r=-1 and nothing left", {s(12, 4, -1)}, 12s, "null", 0},
      {"r=-1 without an end", {s(0, 4, -1)}, {}, "1:0-4", 1},
      {"r=-1 without the next t", {s(0, 4, -1), s({}, 2)}, 12s, "1:0-4 2:4-6", 1},
      {"other negative repeats mean the same", {s(0, 5, -7)}, 10s, "1:0-5 2:5-10", 0},
      {"what starts after the Period is left out", {s(0, 4, 9)}, 10s, "1:0-4 2:4-8 3:8-12", 0},
      {"a Period of no length is not believed", {s(0, 4)}, 0s, "1:0-4", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    int warnings = 0;
    const auto timeline =
        build_timeline(with_entries(c.entries), {MediaTime{0}, c.period, false}, {}, warnings);
    CHECK(printed(timeline) == c.segments);
    CHECK(warnings == c.warnings);
  }
}

TEST_CASE("timeline builder: presentationTimeOffset, Period start, numbers") {
  SegmentInfo info = with_entries({s(5, 5, 3)});
  info.presentation_time_offset = 12;
  info.start_number = 100;
  int warnings = 0;
  // [5,10) lies before the Period; [10,15) straddles its start.
  const PeriodBounds period{MediaTime{60'000'000}, 20s, false};
  CHECK(printed(build_timeline(info, period, {}, warnings)) == "101:58-63 102:63-68 103:68-73");
  CHECK(media_offset_of(info, period) == 48s);
  info.end_number = 102;
  CHECK(printed(build_timeline(info, period, {}, warnings)) == "101:58-63 102:63-68");
  info.end_number = 7;
  CHECK(printed(build_timeline(info, period, {}, warnings)) == "null");
}

TEST_CASE("timeline builder: a timeline without any time that ends before the Period is moved in") {
  SegmentInfo info = with_entries({s({}, 5), s({}, 6)});
  info.presentation_time_offset = 1000;
  int warnings = 0;
  CHECK(printed(build_timeline(info, {MediaTime{0}, {}, true}, {}, warnings)) == "1:0-5 2:5-11");
  CHECK(warnings == 1);
}

TEST_CASE("timeline builder: constant duration") {
  struct Case {
    const char* name;
    std::optional<Duration> period;
    std::optional<uint64_t> end_number;
    std::optional<std::size_t> listed;
    const char* segments;
  };
  const Case cases[] = {
      {"fills the Period", 12s, {}, {}, "1:0-4 2:4-8 3:8-12"},
      {"the last is cut at the Period's end", 10s, {}, {}, "1:0-4 2:4-8 3:8-10"},
      {"a rounding rest is no segment", 8050ms, {}, {}, "1:0-4 2:4-8"},
      {"a short Period has one", 50ms, {}, {}, "1:0-0"},
      {"endNumber", 12s, 2, {}, "1:0-4 2:4-8"},
      {"endNumber without a length", {}, 2, {}, "1:0-4 2:4-8"},
      {"listed", 12s, {}, 2, "1:0-4 2:4-8"},
      {"listed beyond the Period", 8s, {}, 5, "1:0-4 2:4-8"},
      {"unknown length of a static MPD", {}, {}, {}, "1:0-4"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SegmentInfo info;
    info.timescale = 1000;
    info.duration = 4000;
    info.end_number = c.end_number;
    int warnings = 0;
    CHECK(printed(build_timeline(info, {MediaTime{0}, c.period, false}, c.listed, warnings)) ==
          c.segments);
  }
}

TEST_CASE("timeline builder: no duration at all") {
  int warnings = 0;
  const PeriodBounds period{MediaTime{5'000'000}, 9s, false};
  CHECK(printed(build_timeline({}, period, {}, warnings)) == "1:5-14");
  CHECK(warnings == 0);
  CHECK(printed(build_timeline({}, period, 3, warnings)) == "1:5-8 2:8-11 3:11-14");
  CHECK(warnings == 1);
  CHECK(build_timeline({}, {MediaTime{0}, {}, false}, {}, warnings) == nullptr);
}

TEST_CASE("timeline builder: an open live Period goes on") {
  SegmentInfo info;
  info.duration = 2;
  int warnings = 0;
  const auto timeline = build_timeline(info, {MediaTime{0}, {}, true}, {}, warnings);
  REQUIRE(timeline != nullptr);
  CHECK(timeline->runs().size() == 1);
  // 2026-11-01 in a stream that began in 1970.
  CHECK(timeline->find(MediaTime{1'793'491'200'000'000}) == std::size_t{896'745'600});
}

TEST_CASE("timeline builder: extreme numbers are answered at once, with one run at most") {
  struct Case {
    const char* name;
    TimelineEntry first;
    std::optional<int64_t> timescale;
    std::optional<int64_t> offset;
    std::optional<uint64_t> start_number;
    std::optional<Duration> period;
  };
  const Case cases[] = {
      {"10^9 repeats", s(0, 1, 1'000'000'000), 1, {}, {}, {}},
      {"2^63 repeats", s(0, 1, kMax), 1, {}, {}, {}},
      {"2^63 repeats of 2^63", s(0, kMax, kMax), 1, {}, {}, {}},
      {"starts at the end", s(kMax, kMax, 5), 1, {}, {}, 10s},
      {"starts before the beginning", s(-kMax, kMax, 5), 1, kMax, {}, 10s},
      {"r=-1 for 292,000 years", s(0, 1, -1), 1'000'000'000, {}, {}, Duration{kMax}},
      {"largest timescale", s(0, 1, -1), kMax, {}, {}, 10s},
      {"largest number", s(0, 1, 10), 1, {}, ~uint64_t{0}, 10s},
      {"largest offset", s(0, 1, 10), 1, kMax, {}, Duration{kMax}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SegmentInfo info = with_entries({c.first, s({}, 1, -1)});
    info.timescale = c.timescale;
    info.presentation_time_offset = c.offset;
    info.start_number = c.start_number;
    for (const bool is_dynamic : {false, true}) {
      int warnings = 0;
      const auto timeline =
          build_timeline(info, {MediaTime{0}, c.period, is_dynamic}, {}, warnings);
      if (timeline == nullptr) continue;
      CHECK(timeline->runs().size() <= 2);
      const std::size_t last = timeline->size() - 1;
      CHECK(timeline->start(last) <= timeline->end(last));
      CHECK(timeline->start(0) <= timeline->start(last));
      (void)timeline->find(timeline->start(last));
    }
  }
}

TEST_CASE("timeline builder: patterns and parts") {
  struct Case {
    const char* name;
    int64_t repeat;
    uint16_t pattern_start;
    std::optional<Duration> period;
    const char* segments;
  };
  const Case cases[] = {
      {"in turn", 3, 0, 20s, "1:0-1 2:1-3 3:3-6 4:6-7"},
      {"from an entry point", 6, 1, 14s, "1:0-2 2:2-5 3:5-6 4:6-8 5:8-11 6:11-12 7:12-14"},
      {"to the Period's end", -1, 0, 8s, "1:0-1 2:1-3 3:3-6 4:6-7 5:7-9"},
      {"open without an end: once", -1, 0, {}, "1:0-1 2:1-3 3:3-6"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TimelineEntry entry = s(0, 0, c.repeat);
    entry.pattern = 1;
    entry.pattern_start = c.pattern_start;
    SegmentInfo info = with_entries({entry});
    info.patterns = std::make_shared<TimelinePatterns>(TimelinePatterns{{1, 2, 3}});
    int warnings = 0;
    CHECK(printed(build_timeline(info, {MediaTime{0}, c.period, false}, {}, warnings)) ==
          c.segments);
  }
  TimelineEntry whole = s(0, 4);
  TimelineEntry split = s({}, 4, 1);
  split.parts = 2;
  int warnings = 0;
  const auto timeline =
      build_timeline(with_entries({whole, split}), {MediaTime{0}, 12s, false}, {}, warnings);
  REQUIRE(timeline->size() == 3);
  CHECK(timeline->parts(0) == 1);
  CHECK(timeline->parts(2) == 2);
  CHECK(timeline->part_start(2, 1) == MediaTime{10'000'000});
  CHECK(timeline->part_start(2, 2) == timeline->end(2));
}

}  // namespace playhead::dash
