// SPDX-License-Identifier: Apache-2.0
// Live titles with low latency: parts, announcements, segments that come as they are made.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

SimLive with_parts(bool has_hints) {
  SimLive live;
  live.part_us = 400'000;
  live.has_hints = has_hints;
  return live;
}

int64_t requests_of(const SimWorld& world, const std::string& text, MonotonicTime from = {}) {
  const auto& records = world.transport->records();
  return std::count_if(records.begin(), records.end(), [&](const SimRecord& r) {
    return contains(r.url, text) && r.started >= from;
  });
}

// Pictures from the `first` on are shown in order, none twice, none left out.
void check_pictures(const SimWorld& world, std::size_t first = 0) {
  const auto& shown = world.screen->shown();
  REQUIRE(shown.size() > first + 1);
  for (std::size_t i = first + 1; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
  }
}

// No URL of media was asked for twice.
void check_no_double_fetch(const SimWorld& world) {
  std::set<std::string> urls;
  for (const SimRecord& record : world.transport->records()) {
    if (record.kind != ResourceKind::kMedia) continue;
    CAPTURE(record.url);
    CHECK(urls.insert(record.url).second);
  }
}

TEST_CASE("M28 parts that are not there are left for whole segments, and taken again later") {
  for (const bool has_hints : {false, true}) {
    CAPTURE(has_hints);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(with_parts(has_hints));
    world.run_for(20s);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    world.fail_requests(".part", 404);
    const MonotonicTime failing = world.executor.now();
    world.run_for(50s);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.find<PositionJumped>() == nullptr);
    // Two failures a track, an announced one beside them.
    CHECK(requests_of(world, ".part", failing) <= 6);
    CHECK(requests_of(world, ".seg", failing) >= 20);
    world.transport->clear_faults();
    const MonotonicTime well = world.executor.now();
    world.run_for(30s);
    CHECK(requests_of(world, ".part", well) > 20);
    CHECK(world.find<Failed>() == nullptr);
    check_pictures(world);
  }
}

TEST_CASE(
    "sim: a part that is not to be had within a segment: another Representation begins anew") {
  for (const bool has_hints : {false, true}) {
    CAPTURE(has_hints);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(with_parts(has_hints));
    world.run_for(20s);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    // Every other part begins with a key frame, this one does not.
    SimFault refused;
    refused.url_contains = "v2-156.3.part";
    refused.status = 400;
    world.transport->add_fault(refused);
    world.run_for(20s);
    // Begun again, from where decoding can begin, in another Representation.
    const auto from_start = [&](const std::string& part) {
      return requests_of(world, "/v1-156." + part) + requests_of(world, "/v0-156." + part);
    };
    REQUIRE(requests_of(world, refused.url_contains) > 0);
    CHECK(from_start("1.part") == 0);
    CHECK(from_start("2.part") == 1);
    CHECK(from_start("3.part") == 1);
    CHECK(world.find<Failed>() == nullptr);
    check_pictures(world);
  }
}

TEST_CASE("M28 a part that is nowhere to be had is asked for twice, then the whole segment is") {
  for (const bool has_hints : {false, true}) {
    CAPTURE(has_hints);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(with_parts(has_hints));
    world.run_for(20s);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    // To decode, the part before it is needed: that one can be had each time.
    world.fail_requests("-156.3.part", 410);
    world.run_for(20s);
    // Two a track, an announced one beside them.
    CHECK(requests_of(world, "-156.3.part") <= 6);
    CHECK(requests_of(world, "-156.2.part") <= 6);
    CHECK(requests_of(world, "-156.seg") >= 1);
    CHECK(world.find<Failed>() == nullptr);
    check_pictures(world);
  }
}

TEST_CASE("N13 a part that breaks off and is begun again is not decoded twice") {
  for (const bool has_hints : {false, true}) {
    CAPTURE(has_hints);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(with_parts(has_hints));
    world.run_for(20s);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    // Without a key frame. The rest of it cannot be had by range.
    SimFault breaks;
    breaks.url_contains = "v2-156.3.part";
    breaks.break_after = 70'000;
    breaks.times = 1;
    world.transport->add_fault(breaks);
    SimFault refuses;
    refuses.url_contains = breaks.url_contains;
    refuses.status = 416;
    refuses.times = 1;
    world.transport->add_fault(refuses);
    world.run_for(20s);
    REQUIRE(requests_of(world, breaks.url_contains) >= 3);
    for (const Warning& warning : world.all<Warning>()) {
      CHECK(warning.error.code != ErrorCode::kDecodeFailed);
    }
    CHECK(world.find<Failed>() == nullptr);
    check_pictures(world);
  }
}

TEST_CASE("N06 a part that trickles while the link is well is asked for anew") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_parts(false));
  world.run_for(20s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  bool has_struck = false;
  world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    const bool is_meant = contains(request.url, "v2-156.3.part");
    if (is_meant && !std::exchange(has_struck, true)) answer.max_bits_per_second = 20'000;
  });
  world.run_for(1min);
  REQUIRE(has_struck);
  CHECK(requests_of(world, "v2-156.3.part") == 2);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_time < 6s);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("N02 a link that collapses within a segment of parts: playback waits for a lower one") {
  bool has_hints = false;
  SUBCASE("which are listed") {}
  SUBCASE("which were announced") { has_hints = true; }
  SimLive live = with_parts(has_hints);
  live.part_us = 1'000'000;
  live.bitrates_bps = {300'000, 6'000'000};
  SimWorld world(1, {}, SimLink::constant(12'000'000));
  world.start_app();
  world.load_live(live);
  world.run_for(30s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  REQUIRE(world.status()->shown.id == "v1");
  // Right behind the first part of a segment.
  const auto second_parts = [&] {
    const auto& records = world.transport->records();
    return std::count_if(records.begin(), records.end(), [](const SimRecord& r) {
      return contains(r.url, "/v1-") && contains(r.url, ".1.part");
    });
  };
  const auto before = second_parts();
  for (int i = 0; i < 500 && second_parts() == before; ++i) world.run_for(10ms);
  REQUIRE(second_parts() > before);
  world.transport->set_link(SimLink::constant(600'000));
  world.run_for(2min);
  // The three parts that were left would have taken ten seconds each.
  CHECK(world.status()->qoe.rebuffer_time < 5s);
  check_pictures(world);
  CHECK(world.status()->shown.id == "v0");
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("M15 without dates what follows playlists of parts alone is where its numbers say") {
  bool are_others_listed = false;
  SUBCASE("as all playlists are by then") {}
  SUBCASE("as the others are a little later") { are_others_listed = true; }
  SimLive live = with_parts(false);
  live.has_dates = false;
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(live);
  world.run_for(20s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  REQUIRE(world.status()->shown.id == "v2");
  // Of what was made before nothing is listed any more.
  const auto in_progress = [&] {
    return world.live.made_us(world.executor.wall_now()) / live.segment_us;
  };
  const int64_t lost = in_progress();
  std::optional<int64_t> asked;  // for a Variant that was not played so far: the segment by then
  world.transport->meddle([&](const SimRecord&, const WebRequest& request, WebAnswer& answer) {
    if (!contains(request.url, ".m3u8")) return;
    const bool is_other = !contains(request.url, "/v2.") && !contains(request.url, "/a.");
    if (is_other && !asked) asked = in_progress();
    if (!is_other && are_others_listed && !asked) return;
    // The others, by which it was placed, list nothing for longer than it does.
    SimLive rest = world.live;
    rest.listed_from = asked.value_or(lost) + (is_other ? 0 : 3);
    answer = *rest.answer(request, world.executor.wall_now());
  });
  if (!are_others_listed) world.run_for(1s);
  const std::size_t before = world.screen->shown().size();
  world.transport->set_link(SimLink::constant(700'000));
  for (int i = 0; i < 300 && !asked; ++i) world.run_for(100ms);
  REQUIRE(asked);
  world.run_for(40s);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->shown.id != "v2");
  const auto& shown = world.screen->shown();
  REQUIRE(shown.size() > before + 100);
  const auto shift = [&](std::size_t i) { return shown[i].time.us - shown[i].content_us; };
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CAPTURE(shown[i].time.us);
    REQUIRE(std::abs(shift(i) - shift(0)) < 1'000);
  }
}

TEST_CASE("U04 a seek leaves what is asked for of the live playlists under way") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_parts(false));
  world.run_for(20s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  REQUIRE(world.status()->live);
  for (int i = 0; i < 5; ++i) {
    const MonotonicTime before = world.executor.now();
    world.player->seek(world.status()->live->window_start + Duration{2s * i}, 1);
    world.run_for(200ms);
    for (const SimRecord& record : world.transport->records()) {
      if (!contains(record.url, "/a.m3u8") || record.started + 3s < before) continue;
      CAPTURE(record.url);
      CHECK_FALSE(record.is_cancelled);
    }
    world.run_for(3s);
  }
}

TEST_CASE("M28 after a first part that was of no use decoding still begins with a key frame") {
  for (const Duration age : {Duration{600s}, Duration{600'400ms}}) {
    CAPTURE(to_seconds(age));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    std::vector<std::string> asked;
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (!contains(record.url, "/v") || contains(record.url, ".m3u8")) return;
      asked.push_back(record.url);
      if (asked.size() == 1) answer = text_answer("<html>no media</html>");
    });
    world.load_live(with_parts(false), age);
    world.run_for(5s);
    REQUIRE(asked.size() > 1);
    // Every other part begins with a key frame.
    const std::string& next = asked[1];
    const std::size_t part = next.find(".part");
    CAPTURE(next);
    CHECK((part == next.npos || (next[part - 1] - '0') % 2 == 0));
    CHECK(world.status()->state == PlayerState::kPlaying);
  }
}

TEST_CASE("sim: an announced part is asked for before it is listed, and once") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_parts(true));
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(2min);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Warning>() == nullptr);
  check_pictures(world);
  check_no_double_fetch(world);
  // Nearly all of them wait at the host for the part to be made.
  int64_t waited = 0;
  int64_t parts = 0;
  for (const SimRecord& record : world.transport->records()) {
    if (!contains(record.url, ".part")) continue;
    ++parts;
    if (record.finished - record.started > 150ms) ++waited;
  }
  CHECK(parts > 500);
  CHECK(waited > parts * 9 / 10);
  CHECK(world.status()->live->offset < 1500ms);
}

TEST_CASE("sim: an InitSegment that is announced is fetched before it is needed, and once") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_parts(true));
  bool is_next = false;  // the announced one is in use
  world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    if (contains(record.url, "init-")) answer = status_answer(200);
    if (!contains(record.url, ".m3u8") || !answer.body) return;
    std::string text(answer.body->begin(), answer.body->end());
    const std::size_t skips = text.find(",CAN-SKIP-UNTIL");
    if (skips == text.npos) return;  // no media playlist
    text.erase(skips, text.find_first_of(",\n", skips + 1) - skips);
    const std::string name = is_next ? "init-b" : "init-a";
    text.insert(text.find('\n') + 1, "#EXT-X-MAP:URI=\"" + name + "\"\n");
    if (!is_next) text += "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"init-b\"\n";
    answer.body = std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
  });
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  CHECK(requests_of(world, "init-a") == 2);  // one of each track
  CHECK(requests_of(world, "init-b") >= 1);
  const int64_t asked = requests_of(world, "init-b");
  CHECK(asked == 2);
  is_next = true;
  world.run_for(20s);
  CHECK(requests_of(world, "init-b") == asked);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Warning>() == nullptr);
  check_pictures(world);
}

TEST_CASE("M28 an announcement that turns out wrong costs nothing but its request") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_parts(true));
  world.run_for(20s);
  bool is_wrong = true;
  world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    if (!is_wrong || !contains(record.url, ".m3u8")) return;
    std::string text(answer.body->begin(), answer.body->end());
    const std::string tag = "EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"";
    const std::size_t at = text.find(tag);
    if (at != text.npos) text.insert(at + tag.size(), "wrong-");
    answer.body = std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
  });
  SUBCASE("the host does not know it") {}
  SUBCASE("the host never answers") {
    SimFault silent;
    silent.url_contains = "wrong-";
    silent.is_silent = true;
    world.transport->add_fault(silent);
  }
  const MonotonicTime from = world.executor.now();
  world.run_for(50s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(requests_of(world, "wrong-", from) >= 1);
  CHECK(requests_of(world, "wrong-", from) <= 6);
  is_wrong = false;
  world.run_for(40s);
  check_pictures(world);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: a discontinuity before the first part of a segment is known from that part on") {
  for (const bool has_hints : {false, true}) {
    CAPTURE(has_hints);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live = with_parts(has_hints);
    live.discontinuities = {152, 155};
    world.start_app();
    world.load_live(live);
    world.run_for(40s);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.find<Warning>() == nullptr);
    check_pictures(world);
  }
}

TEST_CASE("sim: another playlist is asked for as far as its report says it is") {
  for (const bool is_refused : {false, true}) {
    CAPTURE(is_refused);
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.start_app();
    SimLive live = with_parts(true);
    live.bitrates_bps = {400'000, 17'000'000};  // the second one is for choice by hand
    world.load_live(live);
    world.run_for(20s);
    std::vector<std::string> seen;
    for (const SimRecord& record : world.transport->records()) seen.push_back(record.url);
    const auto knows = [&](const std::string& name) {
      return std::any_of(seen.begin(), seen.end(),
                         [&](const std::string& url) { return contains(url, name); });
    };
    const bool knows_first = knows("/v0.m3u8");
    REQUIRE(knows_first != knows("/v1.m3u8"));
    const std::string name = knows_first ? "/v1.m3u8" : "/v0.m3u8";
    if (is_refused) world.fail_requests(name + "?_HLS_msn", 400);
    const auto representations = world.status()->representations;
    REQUIRE(representations.size() == 2);
    world.player->select_representation(representations[knows_first ? 1 : 0].id);
    const std::size_t before = world.transport->records().size();
    world.run_for(2s);
    std::vector<std::string> asked;
    for (std::size_t i = before; i < world.transport->records().size(); ++i) {
      const std::string& url = world.transport->records()[i].url;
      if (contains(url, name)) asked.push_back(url);
    }
    REQUIRE(asked.size() >= 2);
    CHECK(contains(asked[0], "_HLS_msn="));
    CHECK(contains(asked[0], "_HLS_part="));
    if (is_refused) CHECK_FALSE(contains(asked[1], "_HLS_msn="));
    world.transport->clear_faults();
    world.run_for(20s);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    check_pictures(world);
  }
}

SimLive with_chunks() {
  SimLive live;
  live.is_dash = true;
  live.chunk_us = 400'000;
  live.latency_target = 2s;
  live.utc_timings = {{"urn:mpeg:dash:utc:http-iso:2014", live.base_url + "time"}};
  return live;
}

TEST_CASE("sim: low latency DASH plays what is still being made, at the latency it asks for") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_chunks());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(2min);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Warning>() == nullptr);
  check_pictures(world);
  check_no_double_fetch(world);
  // A tenth of the target is what is left uncorrected.
  CHECK(world.status()->live->offset > 1'750ms);
  CHECK(world.status()->live->offset < 2'250ms);
  // They were asked for as soon as they could be had, and came as they were made.
  int64_t paced = 0;
  int64_t segments = 0;
  std::string last;
  for (const SimRecord& record : world.transport->records()) {
    if (!contains(record.url, ".seg")) continue;
    CHECK_FALSE(record.is_cancelled);
    ++segments;
    if (record.finished - record.started > 3s) ++paced;
    if (contains(record.url, "/v")) last = record.url;
  }
  CHECK(paced > segments * 8 / 10);
  // What came in chunks says that the link is wide.
  CHECK(contains(last, "/v2-"));
}

TEST_CASE("sim: low latency DASH goes down when the link does, and stays near the edge") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(with_chunks());
  world.run_for(60s);
  world.transport->set_link(SimLink::constant(1'000'000));
  world.run_for(2min);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->state == PlayerState::kPlaying);
  std::string last;
  for (const SimRecord& record : world.transport->records()) {
    if (contains(record.url, "/v")) last = record.url;
  }
  CHECK_FALSE(contains(last, "/v2-"));
  CHECK(world.status()->live->offset < 8s);
}

TEST_CASE("N08 the first byte of a live segment is waited for twice its length, then asked again") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live;
  live.segment_us = 2'000'000;
  live.frames_per_gop = 50;
  PlayerConfig config;
  config.live.target_offset = 14s;
  world.start_app(config);
  world.load_live(live);
  world.run_for(20s);
  SimFault silent;
  silent.url_contains = "/v2-";
  silent.is_silent = true;
  silent.times = 1;
  world.transport->add_fault(silent);
  world.run_for(40s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  int64_t timeouts = 0;
  for (const SimRecord& record : world.transport->records()) {
    if (record.error != ErrorCode::kNetworkTimeout) continue;
    ++timeouts;
    CHECK(record.finished - record.started >= 4s);
    CHECK(record.finished - record.started <= 4'200ms);
  }
  CHECK(timeouts == 1);
  check_pictures(world);
}

}  // namespace
}  // namespace playhead::test
