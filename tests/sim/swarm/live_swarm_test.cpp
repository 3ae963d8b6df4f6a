// SPDX-License-Identifier: Apache-2.0
// Live titles of the swarm: that they are what they say, and the seeds that once found something.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "sim/swarm/endurance.h"
#include "sim/swarm/live_scenario.h"
#include "sim/swarm/live_title.h"
#include "sim/swarm/swarm.h"

namespace playhead::swarm {
namespace {

constexpr MonotonicTime kStart{1'000'000'000};

TitleShape shape(LiveShape::Form form) {
  TitleShape title;
  title.video_bps = {400'000};
  title.languages = {"en"};
  title.live.emplace();
  title.live->form = form;
  title.is_dash = form != LiveShape::Form::kHls;
  title.live->age = 10min;
  title.live->window = 40s;
  return title;
}

std::string text_of(LiveTitle& title, const std::string& name, Duration at) {
  const auto answer = title.answer("http://cdn.test/live/" + name, kStart + at);
  if (!answer || !answer->body) return {};
  return {answer->body->begin(), answer->body->end()};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++found;
  return found;
}

Fault fault_of(FaultKind kind, Duration length, int64_t amount = 0, uint64_t extra = 0) {
  Fault fault;
  fault.kind = kind;
  fault.length = length;
  fault.amount = amount;
  fault.extra = extra;
  return fault;
}

TEST_CASE("live title: a playlist slides, is stale, rolls back, loses its window, ends") {
  LiveTitle title(shape(LiveShape::Form::kHls), kStart, 0s);
  CHECK(contains(text_of(title, "v0.m3u8", 0s), "#EXT-X-MEDIA-SEQUENCE:140\n"));
  CHECK(count(text_of(title, "v0.m3u8", 0s), "#EXTINF") == 10);
  CHECK(contains(text_of(title, "v0.m3u8", 8s), "#EXT-X-MEDIA-SEQUENCE:142\n"));
  title.strike(fault_of(FaultKind::kStaleManifest, 20s), kStart + 8s);
  CHECK(contains(text_of(title, "v0.m3u8", 27s), "#EXT-X-MEDIA-SEQUENCE:142\n"));
  CHECK(contains(text_of(title, "v0.m3u8", 28s), "#EXT-X-MEDIA-SEQUENCE:147\n"));
  title.strike(fault_of(FaultKind::kRolledBack, 4s, 39), kStart + 28s);
  CHECK(contains(text_of(title, "v0.m3u8", 29s), "#EXT-X-MEDIA-SEQUENCE:142\n"));
  CHECK(contains(text_of(title, "v0.m3u8", 30s), "#EXT-X-MEDIA-SEQUENCE:147\n"));
  title.strike(fault_of(FaultKind::kWindowLost, 0s), kStart + 32s);
  CHECK(count(text_of(title, "v0.m3u8", 33s), "#EXTINF") == 1);
  CHECK_FALSE(title.answer("http://cdn.test/live/r0-v0-150.seg", kStart + 33s));
  CHECK(title.answer("http://cdn.test/live/r0-v0-157.seg", kStart + 33s));
  title.strike(fault_of(FaultKind::kTitleEnds, 0s), kStart + 40s);
  CHECK_FALSE(contains(text_of(title, "v0.m3u8", 47s), "ENDLIST"));
  CHECK(contains(text_of(title, "v0.m3u8", 60s), "ENDLIST"));
}

TEST_CASE("live title: an encoder that begins anew counts from 0 and knows nothing of before") {
  LiveTitle title(shape(LiveShape::Form::kHls), kStart, 0s);
  (void)text_of(title, "v0.m3u8", 0s);
  title.strike(fault_of(FaultKind::kEncoderRestart, 0s, 0, 2), kStart);
  const std::string before = text_of(title, "v0.m3u8", 12s);
  CHECK(contains(before, "r0-v0-152.seg"));
  const std::string after = text_of(title, "v0.m3u8", 60s);
  CHECK(contains(after, "#EXT-X-MEDIA-SEQUENCE:0\n"));
  CHECK(contains(after, "r1-v0-0.seg"));
  CHECK_FALSE(contains(after, "r0-v0"));
  CHECK(title.has_hole(615s, 640s));
  CHECK_FALSE(title.has_hole(500s, 550s));
  // Whoever was paused meanwhile passes over it much later.
  (void)text_of(title, "v0.m3u8", 1h);
  CHECK(title.has_hole(615s, 640s));
}

TEST_CASE("live title: a dynamic MPD begins Periods, lets go of them, and becomes static") {
  TitleShape made = shape(LiveShape::Form::kDashTimeline);
  made.live->period = 20s;
  LiveTitle title(made, kStart, 0s);
  CHECK(count(text_of(title, "live.mpd", 0s), "<Period ") == 2);
  CHECK(count(text_of(title, "live.mpd", 10s), "<Period ") == 3);
  CHECK(contains(text_of(title, "live.mpd", 10s), "type=\"dynamic\""));
  title.strike(fault_of(FaultKind::kTitleEnds, 0s), kStart + 12s);
  CHECK(contains(text_of(title, "live.mpd", 40s), "type=\"static\""));
}

TEST_CASE("live title: at two CDNs its Variants and its MPD name both, and both have it") {
  TitleShape made = shape(LiveShape::Form::kHls);
  made.cdns = 2;
  LiveTitle hls(made, kStart, 0s);
  CHECK(contains(text_of(hls, "live.m3u8", 0s), "AUDIO=\"a1\"\nhttp://cdn2.test/live/v0.m3u8\n"));
  const auto there = hls.answer("http://cdn2.test/live/v0.m3u8", kStart);
  REQUIRE(there);
  CHECK(std::string(there->body->begin(), there->body->end()) == text_of(hls, "v0.m3u8", 0s));
  CHECK(hls.answer("http://cdn2.test/live/r0-v0-145.seg", kStart));
  made = shape(LiveShape::Form::kDashNumber);
  made.cdns = 2;
  LiveTitle dash(made, kStart, 0s);
  CHECK(count(text_of(dash, "live.mpd", 0s), "<BaseURL>") == 2);
}

TEST_CASE("live swarm: faults of live titles leave others as they were") {
  ScenarioOptions live;
  live.is_live = true;
  const Scenario scenario = draw_scenario(3, live);
  REQUIRE(scenario.title.live);
  const Scenario whole = draw_scenario(3, {});
  CHECK_FALSE(whole.title.live);
  CHECK(std::none_of(whole.faults.begin(), whole.faults.end(),
                     [](const Fault& f) { return is_of_live(f.kind); }));
  CHECK(whole.player.buffering.target == scenario.player.buffering.target);
}

// Kept for ever: each of these seeds once broke a promise because of the player.
TEST_CASE("live swarm: seeds that found something keep their promises") {
  struct Case {
    const char* name;
    uint64_t seed;
    std::set<int> faults;  // empty: all
  };
  const Case cases[] = {
      {"a window of a hundred years before the clock was looked at", 43, {}},
      {"edge and latency of a playlist that is not in use any more", 6, {}},
      {"M14 a window that began after its end, by an MPD that stays as it was", 54, {}},
      {"M21 an older MPD took the newest Period away", 61, {7, 11}},
      {"a dynamic MPD that does not change any more never ended", 1, {25}},
      {"an ended title that begins late was begun at 0", 8, {14}},
      {"M13 the numbers of a new run overtook those of the old", 255, {41, 47, 51}},
      {"M13 M21 Periods that came back were taken for others", 2015, {3}},
      {"M15 an origin listed less than its MPD promised, and playback stood", 2139, {10, 11, 16}},
      {"M20 a title that ended where nothing was made was waited for", 20021, {66, 68}},
      {"M21 a Period an older MPD took away was fetched again from its beginning",
       2186,
       {8, 11, 13, 19, 20, 21, 42, 44, 45}},
      {"M13 a playlist of a new run was put where the old one ended", 31287, {}},
      {"M13 M21 a cache's answer of the run before was taken for what comes in an hour", 33140, {}},
      {"M21 after an older MPD, while playback waited, none was asked for any more", 31353, {}},
      {"M02 a playlist that listed nothing at first went on at the wrong place", 100548, {1, 2, 4}},
      {"M13 nobody looked for the next Period when one was over before its time", 100686, {9}},
      {"parts went on from pictures of a transfer that was given up", 100986, {26, 28}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ScenarioOptions options;
    options.is_live = options.is_on_one_cdn = true;
    if (c.seed < 100'000) options.length = 12min;
    Scenario scenario = draw_scenario(c.seed, options);
    if (!c.faults.empty()) scenario = with_faults(std::move(scenario), c.faults);
    scenario.length = std::min<Duration>(scenario.length, c.seed < 100'000 ? 12min : 6min);
    const RunResult result = run_session(scenario);
    CHECK_MESSAGE(!result.violation, (result.violation ? result.violation->what : ""));
  }
}

TEST_CASE("endurance: memory that grows is seen, memory that varies is not") {
  const int64_t mib = 1 << 20;
  struct Case {
    const char* name;
    std::vector<int64_t> mib;
    bool grows;
  };
  const Case cases[] = {{"flat", {10, 10, 10, 10}, false},
                        {"the first hour does not count", {5, 10, 10, 10, 10, 10}, false},
                        {"up and down", {10, 12, 9, 12, 10, 12}, false},
                        {"a MiB an hour", {10, 11, 12, 13}, true},
                        {"too few to tell", {1, 2, 3}, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::vector<HourOfMemory> hours;
    for (const int64_t size : c.mib) hours.push_back({size * mib, 0});
    CHECK((growth_bytes(hours) > kMostGrowthBytes) == c.grows);
  }
}

}  // namespace
}  // namespace playhead::swarm
