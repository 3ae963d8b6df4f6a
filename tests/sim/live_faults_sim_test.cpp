// SPDX-License-Identifier: Apache-2.0
// What goes wrong with live manifests, and with time, in the whole player.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "sim/lip_sync.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr Duration kBefore = 30s;

// A channel that has played for a while.
std::unique_ptr<SimWorld> playing(const SimLive& live = {}) {
  auto world = std::make_unique<SimWorld>(1, SimTitle{}, SimLink::constant(8'000'000));
  world->start_app();
  world->load_live(live);
  world->run_for(kBefore);
  REQUIRE(world->status()->state == PlayerState::kPlaying);
  return world;
}

void check_goes_on(SimWorld& world) {
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.find<PositionJumped>() == nullptr);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// Replaces the first `from` of a playlist's body.
void edit(WebAnswer& answer, const std::string& from, const std::string& to) {
  std::string text(answer.body->begin(), answer.body->end());
  const std::size_t at = text.find(from);
  if (at != text.npos) text.replace(at, from.size(), to);
  answer.body = std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
}

TEST_CASE("M13 M21 playlists from before the last one change nothing, and nothing jumps back") {
  auto world = playing();
  int answers = 0;
  // Every other answer is of ten seconds ago.
  world->transport->meddle(
      [&](const SimRecord& record, const WebRequest& request, WebAnswer& answer) {
        if (!contains(record.url, ".m3u8") || ++answers % 2 == 0) return;
        answer = *world->live.answer(request, world->executor.wall_now() - 10s);
      });
  const auto before = world->screen->shown().size();
  world->run_for(2min);
  check_goes_on(*world);
  const auto& shown = world->screen->shown();
  for (std::size_t i = before; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
  }
}

TEST_CASE("M21 playlists that only look new are not asked for more often than they have news") {
  SimLive live;
  live.part_us = 400'000;
  auto world = playing(live);
  int answers = 0;
  // Nobody holds answers back, and the text is never the same.
  world->transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    if (!contains(record.url, ".m3u8")) return;
    WebRequest plain;
    plain.url = record.url.substr(0, record.url.find('?'));
    answer = *world->live.answer(plain, world->executor.wall_now());
    std::string text(answer.body->begin(), answer.body->end());
    text += "#EXT-X-ANSWER:" + std::to_string(++answers) + "\n";
    answer = text_answer(text);
  });
  const auto before = world->transport->records().size();
  world->run_for(60s);
  const auto& records = world->transport->records();
  const auto asked =
      std::count_if(records.begin() + static_cast<std::ptrdiff_t>(before), records.end(),
                    [](const SimRecord& record) { return contains(record.url, "/a.m3u8"); });
  CHECK(asked > 20);
  CHECK(asked < 160);  // 150 parts
  CHECK(world->find<Failed>() == nullptr);
}

TEST_CASE("M13 an encoder that is started anew is followed, and the position goes on") {
  // A host that holds answers back waits for numbers the new run will not reach for long.
  for (const int64_t part_us : {0, 400'000}) {
    CAPTURE(part_us);
    SimLive live;
    live.part_us = part_us;
    auto world = playing(live);
    const double before = world->position_s();
    world->live.began = world->executor.wall_now();
    world->run_for(60s);
    CHECK(world->status()->state == PlayerState::kPlaying);
    CHECK(world->find<Failed>() == nullptr);
    CHECK(world->position_s() > before + 30);
    REQUIRE(world->status()->live);
    CHECK(world->status()->position < world->status()->live->window_end);
    for (const PositionJumped& jump : world->all<PositionJumped>()) CHECK(jump.to > jump.from);
  }
}

TEST_CASE("M13 an MPD whose startNumber decreases: the segments of the same times are played on") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  bool is_counted_anew = false;
  // Files have numbers from 1000 on, until the packager counts from 0.
  world.transport->meddle(
      [&](const SimRecord& record, const WebRequest& request, WebAnswer& answer) {
        if (contains(record.url, ".mpd") && !is_counted_anew) {
          for (int i = 0; i < 4; ++i) edit(answer, "startNumber=\"0\"", "startNumber=\"1000\"");
          return;
        }
        const std::size_t dash = request.url.rfind('-');
        const std::size_t end = request.url.rfind(".seg");
        if (dash == std::string::npos || end == std::string::npos) return;
        const int number = std::stoi(request.url.substr(dash + 1, end - dash - 1));
        if (number < 1000) return;
        WebRequest renamed = request;
        renamed.url.replace(dash + 1, end - dash - 1, std::to_string(number - 1000));
        answer = *world.live.answer(renamed, world.executor.wall_now());
      });
  SimLive live;
  live.is_dash = true;
  world.start_app();
  world.load_live(live);
  world.run_for(kBefore);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  is_counted_anew = true;
  const auto before = world.transport->records().size();
  world.run_for(60s);
  check_goes_on(world);
  const auto& shown = world.screen->shown();
  for (std::size_t i = 1; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
    REQUIRE(shown[i].content_us - shown[i - 1].content_us == 40'000);
  }
  const auto& records = world.transport->records();
  CHECK(std::any_of(records.begin() + static_cast<std::ptrdiff_t>(before), records.end(),
                    [](const SimRecord& record) { return contains(record.url, "-16"); }));
}

// Without dates nothing but names tells that another run has begun, and nothing where it belongs.
TEST_CASE("M13 without dates a run that begins anew follows the old one, wherever its count is") {
  struct Case {
    const char* name;
    const char* playlist;  // none: of two tracks, chosen among three
    Duration age;          // of the new run when it takes over
    int64_t part_us;
  };
  const Case cases[] = {{"from 0", nullptr, 0s, 0},
                        {"as far as the old one", nullptr, 594s, 0},
                        {"with low latency", nullptr, 0s, 400'000},
                        {"as far, with low latency", nullptr, 594s, 400'000},
                        {"a plain playlist", "v0.m3u8", 0s, 0}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimLive live;
    live.has_dates = false;
    live.part_us = c.part_us;
    SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(live);
    if (c.playlist) world.load_url(live.base_url + c.playlist);
    world.run_for(kBefore);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    const double before = world.position_s();
    ++world.live.run;
    world.live.began = world.executor.wall_now() - c.age;
    world.run_for(60s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    if (const Failed* failed = world.find<Failed>()) FAIL_CHECK(describe(failed->error));
    CHECK(world.position_s() > before + 25);
    REQUIRE(world.status()->live);
    CHECK(world.status()->position < world.status()->live->window_end);
    CHECK(world.find<PositionJumped>() == nullptr);
    // No picture of the new run in place of one of the old, and none twice.
    const auto& shown = world.screen->shown();
    for (std::size_t i = 1; i < shown.size(); ++i) {
      REQUIRE(shown[i].time > shown[i - 1].time);
    }
  }
}

TEST_CASE("M13 M21 without dates a cache that still answers for the run before is asked again") {
  for (const Duration age : {Duration{0}, Duration{594s}}) {
    CAPTURE(age.count());
    SimLive live;
    live.has_dates = false;
    auto world = playing(live);
    const double before = world->position_s();
    const SimLive old = world->live;
    const WallTime restart = world->executor.wall_now();
    ++world->live.run;
    world->live.began = restart - age;
    // Once nothing is left to play, and the new run is asked for.
    std::optional<MonotonicTime> waits;
    int answers = 0, late = 0;
    world->transport->meddle(
        [&](const SimRecord& record, const WebRequest& request, WebAnswer& answer) {
          if (waits && contains(record.url, ".seg") && !contains(record.url, "run1-")) ++late;
          const bool is_waiting = world->status()->state == PlayerState::kRebuffering;
          if (!contains(record.url, ".m3u8") || (!waits && !is_waiting)) return;
          if (!waits) waits = world->executor.now();
          if (world->executor.now() - *waits < 9s)
            answer = *old.answer(request, restart), ++answers;
        });
    world->run_for(75s);
    CHECK(answers > 0);
    CHECK(late == 0);
    CHECK(world->status()->state == PlayerState::kPlaying);
    CHECK(world->position_s() > before + 35);
    CHECK(world->find<Failed>() == nullptr);
  }
}

TEST_CASE("M13 M21 a cache that answers for the run before again is no third run") {
  SimLive live;
  SUBCASE("without dates") { live.has_dates = false; }
  SUBCASE("with dates") { live.has_dates = true; }
  auto world = playing(live);
  const double before = world->position_s();
  const SimLive old = world->live;
  const WallTime restart = world->executor.wall_now();
  ++world->live.run;
  world->live.began = restart;
  std::optional<MonotonicTime> anew;  // media of the new run is fetched
  int answers = 0, late = 0;
  world->transport->meddle(
      [&](const SimRecord& record, const WebRequest& request, WebAnswer& answer) {
        const bool is_new = contains(record.url, "run1-");
        if (contains(record.url, ".seg") && is_new && !anew) anew = world->executor.now();
        if (contains(record.url, ".seg") && !is_new && anew) ++late;
        const bool is_late = anew && world->executor.now() - *anew < 12s;
        if (!contains(record.url, ".m3u8") || !is_late) return;
        answer = *old.answer(request, restart), ++answers;
      });
  world->run_for(75s);
  CHECK(answers > 3);
  CHECK(late == 0);
  CHECK(world->status()->state == PlayerState::kPlaying);
  CHECK(world->position_s() > before + 35);
  CHECK(world->find<Failed>() == nullptr);
  // By its dates the new run begins a while after the old one.
  for (const auto& jump : world->all<PositionJumped>()) CHECK(jump.to > jump.from);
  if (!live.has_dates) CHECK(world->find<PositionJumped>() == nullptr);
}

TEST_CASE("M13 M21 N11 what a cache says of an earlier run moves nothing back, by its dates") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live(SimLive{});
  world.service.titles["m1"].manifest_url = world.live.url();
  world.load_title();
  world.run_for(kBefore);
  const SimLive old = world.live;
  const WallTime restart = world.executor.wall_now();
  ++world.live.run;
  world.live.began = restart;
  // All URLs are renewed: what they say then is known anew, and of no run before.
  int refused = 0, answers = 0;
  std::optional<MonotonicTime> anew;
  world.transport->meddle(
      [&](const SimRecord& record, const WebRequest& request, WebAnswer& answer) {
        if (contains(record.url, "run1-") && !anew) anew = world.executor.now();
        if (!contains(record.url, ".m3u8")) return;
        const bool is_late = anew && world.executor.now() - *anew < 12s;
        if (is_late) answer = *old.answer(request, restart), ++answers;
        const bool is_media = contains(record.url, "/v") || contains(record.url, "/a-");
        if (is_media && !anew && refused < 2) answer = status_answer(403), ++refused;
      });
  world.run_for(75s);
  CHECK(anew);
  CHECK(answers > 3);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
  for (const auto& jump : world.all<PositionJumped>()) CHECK(jump.to > jump.from);
}

TEST_CASE("M13 N11 a run that begins anew is followed when its URLs are renewed meanwhile") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  world.start_app();
  SimLive live;
  live.has_dates = false;
  world.load_live(live);
  world.service.titles["m1"].manifest_url = world.live.url();
  world.load_title();
  world.run_for(kBefore);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  const double before = world.position_s();
  ++world.live.run;
  world.live.began = world.executor.wall_now();
  world.run_for(8s);
  const int starts = world.service.starts;
  bool is_refused = false;
  world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    const bool is_playlist = contains(record.url, "/v") && contains(record.url, ".m3u8");
    if (is_playlist && !std::exchange(is_refused, true)) answer = status_answer(403);
  });
  world.run_for(60s);
  CHECK(is_refused);
  CHECK(world.service.starts > starts);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() > before + 25);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE(
    "M13 M15 whoever seeks while paused sees a picture, though another run has let go of it") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  world.start_app();
  SimLive live;
  live.has_dates = false;
  world.load_live(live);
  world.run_for(kBefore);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  world.player->pause();
  ++world.live.run;
  world.live.began = world.executor.wall_now();
  world.run_for(3min);
  const auto before = world.screen->shown().size();
  world.player->seek(world.status()->position + 20s);
  world.run_for(20s);
  CHECK(world.status()->state == PlayerState::kPaused);
  CHECK(world.screen->shown().size() == before + 1);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("M14 N11 what was paused while its URLs were renewed is not taken for one that stopped") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live({});
  world.service.titles["m1"].manifest_url = world.live.url();
  world.service.clock = &world.executor;
  world.service.url_life = 60s;
  world.load_title();
  world.run_for(kBefore);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  world.player->pause();
  world.run_for(5min);
  world.player->go_live();
  world.player->play();
  world.run_for(20s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
  for (const Warning& warning : world.all<Warning>()) {
    CHECK(warning.error.code != ErrorCode::kManifestStale);
  }
}

TEST_CASE("M15 a title that asks for a delay as long as its window starts, and does not jump") {
  for (const bool is_dash : {true, false}) {
    CAPTURE(is_dash);
    SimWorld world(1, SimTitle{}, SimLink::constant(2'000'000, 400ms));
    PlayerConfig config;
    config.live.target_offset = 60s;
    world.start_app(config);
    SimLive live;
    live.is_dash = is_dash;
    world.load_live(live);
    world.run_for(60s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.all<PositionJumped>().empty());
  }
}

TEST_CASE("N17 M14 a seek to what is not made any more ends with a typed error") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  PlayerConfig config;
  config.buffering.start = config.buffering.after_rebuffer = 14s;
  world.start_app(config);
  world.load_live({});
  world.run_for(kBefore);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  world.transport->meddle([](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    if (!contains(record.url, ".m3u8")) return;
    answer = status_answer(503, {{"Retry-After", "86400"}});
  });
  world.run_for(5s);
  world.player->go_live();
  // It is less than what is wanted to begin with, and all there will be.
  REQUIRE(world.run_until_event<Failed>(60s));
  CHECK(world.executor.now() - world.screen->shown().back().at <= 1s);
  CHECK(world.status()->position > world.status()->live->window_end - 1s);
}

TEST_CASE(
    "N17 M14 a live playlist refused for a day ends the play that waits for it, with the reason") {
  struct Case {
    const char* name;
    const char* playlist;  // none: pictures and sound
    Duration start;        // wanted before it begins
    int answers;           // of the sound's playlist, until it is refused
  };
  const Case cases[] = {{"while it plays", nullptr, 1s, 8},
                        {"sound alone, which has no first picture", "a.m3u8", 1s, 8},
                        {"before it begins", nullptr, 9s, 1}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
    SimFault fault;
    fault.url_contains = "/a.m3u8";
    fault.skip = c.answers;
    fault.status = 503;
    fault.headers = {{"Retry-After", "86400"}};
    world.transport->add_fault(fault);
    PlayerConfig config;
    config.live.target_offset = 4s;
    config.buffering.start = c.start;
    world.start_app(config);
    world.load_live({});
    if (c.playlist) world.load_url(world.live.base_url + c.playlist);
    REQUIRE(world.run_until_event<Failed>(3min));
    CHECK(error_name(world.find<Failed>()->error.code) == error_name(ErrorCode::kServerBusy));
    CHECK(contains(world.find<Failed>()->error.context, "come back in 86"));
  }
}

TEST_CASE(
    "N10 N17 a live playlist that is refused for good: what is there is played, then it ends") {
  struct Case {
    const char* name;
    int status;
    std::vector<HttpHeader> headers;
    ErrorCode code;
    Duration target;   // behind the edge; what is buffered lasts for about that
    Duration longest;  // a picture stands still
  };
  const Case cases[] = {
      {"for a day", 503, {{"Retry-After", "86400"}}, ErrorCode::kServerBusy, 26s, 1s},
      {"it is gone", 404, {}, ErrorCode::kNotFound, 26s, 1s},
      {"it is forbidden", 403, {}, ErrorCode::kForbidden, 26s, 1s},
      // The first refusal comes within a segment, and is believed after ten seconds.
      {"it is gone, and little was buffered", 404, {}, ErrorCode::kNotFound, 5s, 15s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
    PlayerConfig config;
    config.live.target_offset = c.target;
    world.start_app(config);
    world.load_live({});
    world.run_for(kBefore);
    REQUIRE(world.status()->state == PlayerState::kPlaying);
    const MonotonicTime refused = world.executor.now();
    SimFault fault;
    fault.url_contains = ".m3u8";
    fault.status = c.status;
    fault.headers = c.headers;
    world.transport->add_fault(fault);
    REQUIRE(world.run_until_event<Failed>(3min));
    CHECK(error_name(world.find<Failed>()->error.code) == error_name(c.code));
    // All that was listed was seen.
    const auto& last = world.screen->shown().back();
    CHECK(last.at - refused >= c.target - 9s);
    CHECK(world.executor.now() - last.at <= c.longest);
  }
}

TEST_CASE("N10 a live Variant whose playlist is gone gives way to another one") {
  auto world = playing();
  const std::string shown = world->status()->shown.id;
  world->forget_events();
  world->screen->forget();
  world->fail_requests("/" + shown + ".m3u8", 404);
  world->run_for(2min);
  CHECK(world->status()->state == PlayerState::kPlaying);
  CHECK(world->find<Failed>() == nullptr);
  CHECK(world->status()->qoe.rebuffer_time <= 2s);
  CHECK(world->status()->shown.id != shown);
}

TEST_CASE("M16 a target duration that grows, and segments longer than it, are tolerated") {
  auto world = playing();
  SUBCASE("grows") {
    world->transport->meddle([](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (contains(record.url, ".m3u8")) edit(answer, "TARGETDURATION:4", "TARGETDURATION:6");
    });
  }
  SUBCASE("is exceeded") {
    world->transport->meddle([](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (contains(record.url, ".m3u8")) edit(answer, "TARGETDURATION:4", "TARGETDURATION:2");
    });
  }
  world->run_for(2min);
  check_goes_on(*world);
}

TEST_CASE("M17 discontinuity sequences that differ: sound and pictures stay within 40 ms") {
  struct Case {
    const char* name;
    bool has_dates;
    bool has_other_numbers;  // of sound
    const char* tag;         // of sound, and what stands there
    const char* wrong;
  };
  const Case cases[] = {
      {"wrong at first, later another one", true, false, "DISCONTINUITY-SEQUENCE:0",
       "DISCONTINUITY-SEQUENCE:7"},
      {"without dates", false, false, "DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:7"},
      {"the numbers of segments differ as well: by date", true, true,
       "DISCONTINUITY-SEQUENCE:", "DISCONTINUITY-SEQUENCE:3"},
      {"a cut that only pictures announce", true, false, "#EXT-X-DISCONTINUITY\n", ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimLive live;
    live.has_dates = c.has_dates;
    live.discontinuities = {152, 160};
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (!contains(record.url, "/a.m3u8")) return;
      edit(answer, c.tag, c.wrong);
      if (c.has_other_numbers) edit(answer, "MEDIA-SEQUENCE:", "MEDIA-SEQUENCE:9");
    });
    world.start_app();
    world.load_live(live);
    world.run_for(2s);
    const LipSync seen = watch_lips(world, 60s);
    CHECK(seen.worst <= 40ms);
    CHECK(seen.both >= 59s);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("M20 a title that has ended stays ended, whatever its playlist says later") {
  SimLive live;
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  live.began = world.executor.wall_now() - 200s;
  live.ends = live.began + 220s;
  world.start_app();
  world.load_live(live);
  world.run_for(26s);
  REQUIRE(world.status()->duration);
  const auto duration = world.status()->duration;
  world.live.ends.reset();
  REQUIRE(world.run_until_event<Ended>(1min));
  CHECK(world.status()->duration == duration);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE(
    "M20 M21 a title that has ended stays so when its new URLs lead to a host that is behind") {
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000));
  world.start_app();
  SimLive live;
  live.has_dates = false;
  live.began = world.executor.wall_now() - 200s;
  live.ends = live.began + 180s;
  world.load_live(live);
  world.service.titles["m1"].manifest_url = world.live.url();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(2s);
  const auto duration = world.status()->duration;
  REQUIRE(duration == Duration{40s});
  // The first segment refused has the URLs renewed. Their host tells of 20 s before the end.
  world.live.stops = live.began + 160s;
  world.live.ends.reset();
  bool is_refused = false;
  world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    const bool is_media = record.kind == ResourceKind::kMedia;
    if (is_media && !std::exchange(is_refused, true)) answer = status_answer(403);
  });
  world.run_for(6s);
  REQUIRE(is_refused);
  CHECK_FALSE(world.status()->live);
  world.live.stops.reset();
  world.live.ends = live.ends;
  REQUIRE(world.run_until_event<Ended>(2min));
  CHECK(world.status()->duration == duration);
  CHECK(world.find<PositionJumped>() == nullptr);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("M27 a channel whose manifest turns into something else plays on, and says why") {
  for (const bool is_dash : {true, false}) {
    CAPTURE(is_dash);
    SimLive live;
    live.is_dash = is_dash;
    auto world = playing(live);
    world->transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (record.kind != ResourceKind::kManifest) return;
      answer = text_answer(is_dash ? "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n"
                                   : "<MPD type=\"static\"/>");
    });
    world->run_for(6s);
    CHECK(world->status()->state == PlayerState::kPlaying);  // what is there is played
    REQUIRE(world->find<Warning>());
    const auto before = world->transport->records().size();
    world->run_for(24s);
    CHECK(world->transport->records().size() - before < 40);  // no storm
    world->transport->meddle(nullptr);
    world->run_for(60s);
    CHECK(world->find<Failed>() == nullptr);
    CHECK(world->status()->state == PlayerState::kPlaying);
  }
}

TEST_CASE("T01 T03 T05 the device's clock may jump as it likes") {
  for (const bool is_dash : {false, true}) {
    for (const Duration by : {Duration{-30 * 24h}, Duration{1s}}) {
      CAPTURE(is_dash);
      CAPTURE(to_seconds(by));
      SimLive live;
      live.is_dash = is_dash;
      auto world = playing(live);
      world->executor.jump_wall(by);
      world->live.clock_ahead -= by;  // the service's stays
      world->run_for(40s);
      check_goes_on(*world);
      CHECK(world->status()->live->offset < 18s);
    }
  }
}

TEST_CASE("T04 T09 a process that did not get to run joins the edge again, without a burst") {
  for (const Duration slept : {Duration{5s}, Duration{8h}}) {
    CAPTURE(to_seconds(slept));
    auto world = playing();
    const auto before = world->transport->records().size();
    world->executor.starve(slept);
    world->run_for(60s);
    CHECK(world->status()->state == PlayerState::kPlaying);
    CHECK(world->find<Failed>() == nullptr);
    REQUIRE(world->status()->live);
    CHECK(world->status()->live->offset < 25s);
    CHECK(world->transport->records().size() - before < 100);
  }
}

TEST_CASE("T09 a turn that comes five seconds late: what is due is shown, not what was") {
  for (const bool has_audio : {true, false}) {
    CAPTURE(has_audio);
    SimTitle title;
    title.has_audio = has_audio;
    SimWorld world(1, title, SimLink::constant(8'000'000));
    world.start_app();
    world.load_url(title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(30s);
    const auto before = world.screen->shown().size();
    const auto requests = world.transport->records().size();
    const double position = world.position_s();
    world.executor.starve(5s);
    world.run_for(200ms);
    // Of the 125 that are too late, each fourth from the last key frame on: it lets go four at
    // once.
    CHECK(world.screen->shown().size() - before <= 2 * 25 / 4 + 5);
    CHECK(world.transport->records().size() - requests <= 4);
    CHECK(world.position_s() >= position);
    CHECK(world.position_s() <= position + 5.5);
    world.run_for(2s);
    const auto& last = world.screen->shown().back();
    CHECK(std::abs(world.position_s() - to_seconds(last.time - MediaTime{0})) < 0.1);
    REQUIRE(world.run_until_event<Ended>(3min));
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.find<PositionJumped>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_time < 1s);
  }
}

TEST_CASE("M13 playlists that list nothing for a while are no news, and move nothing") {
  SimLive undated;
  undated.has_dates = false;
  auto world = playing(undated);
  const MonotonicTime end = world->executor.now() + 6s;
  int emptied = 0;
  world->transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    const bool is_playlist = contains(record.url, "/v") || contains(record.url, "/a");
    if (!is_playlist || !contains(record.url, ".m3u8") || world->executor.now() >= end) return;
    ++emptied;
    answer = text_answer(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n");
  });
  const auto before = world->screen->shown().size();
  world->run_for(60s);
  CHECK(emptied > 1);
  check_goes_on(*world);
  const auto& shown = world->screen->shown();
  for (std::size_t i = before; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
  }
}

}  // namespace
}  // namespace playhead::test
