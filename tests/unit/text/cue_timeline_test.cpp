// SPDX-License-Identifier: Apache-2.0
#include "text/cue_timeline.h"

#include <random>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"

using namespace playhead;
using namespace playhead::text;

namespace {

Cue cue(int64_t start, int64_t end, const std::string& text) {
  Cue out;
  out.start = {start};
  out.end = {end};
  out.spans.emplace_back();
  out.spans.back().text = text;
  return out;
}

std::string active(const CueTimeline& timeline, int64_t time) {
  std::string out;
  for (const auto& handle : timeline.active_at({time})) {
    if (!out.empty()) out += ' ';
    out += plain_text(*handle);
  }
  return out;
}

int64_t next(const CueTimeline& timeline, int64_t time) {
  const auto change = timeline.next_change_after({time});
  return change ? change->us : -1;
}

}  // namespace

TEST_CASE("cue timeline: what is active, and when that changes") {
  CueTimeline timeline;
  CHECK(active(timeline, 0).empty());
  CHECK(next(timeline, 0) == -1);
  CHECK(timeline.insert(cue(20, 30, "c")));
  CHECK(timeline.insert(cue(0, 10, "a")));
  CHECK(timeline.insert(cue(5, 25, "b")));
  CHECK(active(timeline, -1).empty());
  CHECK(active(timeline, 0) == "a");
  CHECK(active(timeline, 5) == "a b");
  CHECK(active(timeline, 10) == "b");
  CHECK(active(timeline, 20) == "b c");
  CHECK(active(timeline, 25) == "c");
  CHECK(active(timeline, 30).empty());
  CHECK(next(timeline, -5) == 0);
  CHECK(next(timeline, 0) == 5);
  CHECK(next(timeline, 10) == 20);
  CHECK(next(timeline, 30) == -1);
}

TEST_CASE("cue timeline: cues repeated over segments are one") {
  struct Case {
    const char* name;
    std::vector<Cue> cues;
    std::size_t size;
    int64_t start, end;  // of the first
  };
  const Case cases[] = {
      {"the same again: a segment fetched twice", {cue(0, 10, "a"), cue(0, 10, "a")}, 1, 0, 10},
      {"cut at the boundary", {cue(0, 10, "a"), cue(10, 15, "a")}, 1, 0, 15},
      {"overlapping", {cue(0, 10, "a"), cue(5, 15, "a")}, 1, 0, 15},
      {"backwards, after a seek", {cue(10, 15, "a"), cue(0, 10, "a")}, 1, 0, 15},
      {"a gap that is filled later",
       {cue(0, 10, "a"), cue(20, 30, "a"), cue(10, 20, "a")},
       1,
       0,
       30},
      {"within a longer one", {cue(0, 30, "a"), cue(10, 20, "a")}, 1, 0, 30},
      {"around a shorter one", {cue(10, 20, "a"), cue(0, 30, "a")}, 1, 0, 30},
      {"equal but apart", {cue(0, 10, "a"), cue(11, 20, "a")}, 2, 0, 10},
      {"other text", {cue(0, 10, "a"), cue(10, 20, "b")}, 2, 0, 10},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CueTimeline timeline;
    for (const Cue& one : c.cues) CHECK(timeline.insert(one));
    CHECK(timeline.size() == c.size);
    const auto handles = timeline.active_at({c.start});
    REQUIRE(handles.size() == 1);
    CHECK(handles[0]->start.us == c.start);
    CHECK(handles[0]->end.us == c.end);
  }
  CueTimeline other;
  Cue italic = cue(10, 20, "a");
  italic.spans[0].style.is_italic = true;
  Cue placed = cue(10, 20, "a");
  placed.placement.line_number = 0;
  for (const Cue& one : {cue(0, 10, "a"), italic, placed}) CHECK(other.insert(one));
  CHECK(other.size() == 3);
}

TEST_CASE("cue timeline: the version tells whether anything changed") {
  CueTimeline timeline;
  timeline.insert(cue(0, 10, "a"));
  const uint64_t version = timeline.version();
  timeline.insert(cue(0, 10, "a"));
  timeline.insert(cue(2, 8, "a"));
  timeline.trim_before({5});
  timeline.close_open_cues({5});
  CHECK(timeline.version() == version);
  timeline.insert(cue(0, 11, "a"));
  CHECK(timeline.version() != version);
}

TEST_CASE("cue timeline: the back is trimmed, what is on screen stays") {
  CueTimeline timeline;
  timeline.insert(cue(0, 10, "a"));
  timeline.insert(cue(5, 25, "b"));
  timeline.insert(cue(20, 30, "c"));
  timeline.trim_before({10});
  CHECK(timeline.size() == 2);
  CHECK(active(timeline, 10) == "b");
  timeline.clear();
  CHECK(timeline.size() == 0);
  CHECK(active(timeline, 20).empty());
}

TEST_CASE("cue timeline: cues without a known end") {
  CueTimeline timeline;
  timeline.insert(cue(0, MediaTime::max().us, "a"));
  CHECK(active(timeline, 1'000'000'000) == "a");
  CHECK(next(timeline, 0) == -1);
  timeline.close_open_cues({50});
  CHECK(active(timeline, 49) == "a");
  CHECK(active(timeline, 50).empty());
  // The same text goes on: it never went.
  timeline.insert(cue(50, MediaTime::max().us, "a"));
  CHECK(timeline.size() == 1);
  timeline.insert(cue(90, MediaTime::max().us, "b"));
  timeline.close_open_cues({80});
  CHECK(timeline.size() == 1);
  CHECK(active(timeline, 79) == "a");
}

TEST_CASE("cue timeline: refuses what is none, and more than it holds") {
  CueTimeline timeline;
  CHECK_FALSE(timeline.insert(cue(5, 5, "a")));
  CHECK_FALSE(timeline.insert(cue(6, 5, "a")));
  CHECK_FALSE(timeline.insert(Cue{}));
  for (std::size_t i = 0; i < limits::kTimelineCues; ++i) {
    const auto start = static_cast<int64_t>(i) * 2;
    REQUIRE(timeline.insert(cue(start, start + 1, "a")));
  }
  CHECK_FALSE(timeline.insert(cue(-5, -4, "b")));
  CHECK(timeline.insert(cue(0, 1, "a")));  // there already
}

TEST_CASE("cue timeline: answers as a plain list does") {
  std::mt19937 random(7);
  CueTimeline timeline;
  std::vector<Cue> all;
  for (int i = 0; i < 400; ++i) {
    const auto start = static_cast<int64_t>(random() % 1000);
    const auto length = static_cast<int64_t>(1 + random() % 60);
    all.push_back(cue(start, start + length, std::to_string(i)));
    timeline.insert(all.back());
    if (i % 50 != 49) continue;
    std::set<int64_t> changes;
    for (const Cue& one : all) changes.insert({one.start.us, one.end.us});
    for (int64_t time = -2; time < 1100; time += 3) {
      std::multiset<std::string> expected, found;
      for (const Cue& one : all) {
        if (one.start.us <= time && time < one.end.us) expected.insert(plain_text(one));
      }
      for (const auto& handle : timeline.active_at({time})) found.insert(plain_text(*handle));
      REQUIRE(found == expected);
      const auto change = changes.upper_bound(time);
      REQUIRE(next(timeline, time) == (change == changes.end() ? -1 : *change));
    }
  }
}
