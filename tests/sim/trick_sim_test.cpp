// SPDX-License-Identifier: Apache-2.0
// Trick play and scrubbing: key frames alone, few requests, and playback that goes on where it
// should.
#include <algorithm>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr int64_t kKeyFrameUs = 2'000'000;

SimTitle long_title(bool has_iframes) {
  SimTitle title;
  title.segments = 300;
  title.has_iframes = has_iframes;
  return title;
}

// Plays at `start`; requests before are forgotten.
struct Playing {
  explicit Playing(SimTitle title, Duration start = 600s,
                   SimLink link = SimLink::constant(20'000'000), bool is_signed = false)
      : world(1, std::move(title), std::move(link)) {
    world.start_app();
    if (is_signed) {
      world.service.saved["m1"] = {to_seconds(start), 1};
      world.load_title();
    } else {
      world.load_url(world.title.url(), start);
    }
    begin();
  }
  explicit Playing(const SimDash& dash, Duration start) : world(1) {
    world.start_app();
    world.load_dash(dash, start);
    begin();
  }
  void begin() {
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(40s);  // what it wants ahead is there
    forget();
  }
  void forget() {
    world.forget_events();
    world.screen->forget();
    first_request = world.transport->records().size();
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    std::vector<std::string> urls;
    const auto& records = world.transport->records();
    for (std::size_t i = first_request; i < records.size(); ++i) urls.push_back(records[i].url);
    return urls;
  }
  [[nodiscard]] long count(const std::string& part) const {
    const auto urls = requests();
    return std::count_if(urls.begin(), urls.end(), [&](const std::string& url) {
      return url.find(part) != std::string::npos;
    });
  }
  SimWorld world;
  std::size_t first_request = 0;
};

TEST_CASE("sim: trick play shows key frames alone at the rate asked for, both ways") {
  for (const int rate : {2, 4, 8, 16, 32, -2, -4, -8, -16, -32}) {
    CAPTURE(rate);
    Playing playing(long_title(true));
    SimWorld& world = playing.world;
    const double from = world.position_s();
    const Bitrate throughput = world.status()->throughput;
    const double heard = world.speaker->heard_s(world.executor.now());
    world.player->trick_play(rate);
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kTrickPlay);
    CHECK(world.status()->trick_rate == rate);
    CHECK(std::abs(world.position_s() - from - rate * 10) < 2.1 + std::abs(rate) * 0.3);
    const auto& shown = world.screen->shown();
    REQUIRE(shown.size() >= 8);
    CHECK(shown.size() <= 81);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      CHECK(shown[i].time.us % kKeyFrameUs == 0);
      if (i == 0) continue;
      CHECK((shown[i].time > shown[i - 1].time) == (rate > 0));
      CHECK(shown[i].at - shown[i - 1].at >= 60ms);
    }
    // What was heard is what had been on its way, and nothing but key frames is fetched.
    CHECK(world.speaker->heard_s(world.executor.now()) - heard < 0.1);
    CHECK(playing.requests().size() <= 82);
    CHECK(playing.count("/k1") == static_cast<long>(playing.requests().size()));
    CHECK(world.status()->throughput == throughput);
    CHECK(world.status()->qoe.rebuffer_count == 0);

    const MediaTime last = shown.back().time;
    world.forget_events();
    world.screen->forget();
    world.player->trick_play(0);
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->state == PlayerState::kPlaying; }, 5s));
    world.run_for(1s);
    CHECK(world.screen->shown().front().time == last);
    CHECK(world.screen->shown()[1].time == last + 40ms);
    REQUIRE(world.find<RateChanged>());
    CHECK(world.find<RateChanged>()->from == rate);
    CHECK(world.find<RateChanged>()->to == 0);
    CHECK(world.status()->trick_rate == 0);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: without I-frame playlists the lowest Representation gives its key frames") {
  struct Case {
    const char* name;
    bool has_iframes;
    const char* broken;  // requests that fail
  };
  const Case cases[] = {{"none are listed", false, nullptr},
                        {"their playlist is gone", true, "/k1.m3u8"},
                        {"their frames are gone", true, "/k1-"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Playing playing(long_title(c.has_iframes));
    SimWorld& world = playing.world;
    if (c.broken) {
      world.fail_requests(c.broken, 404);
      world.fail_requests(c.broken[2] == '1' ? "/k0" : "/nothing", 404);
    }
    const double from = world.position_s();
    world.player->trick_play(16);
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kTrickPlay);
    CHECK(std::abs(world.position_s() - from - 160) < 25);
    CHECK(playing.count("/v0-") >= 20);
    CHECK(playing.count("/a-") == 0);
    CHECK(playing.requests().size() <= 90);
    // Of each segment what lies before its first key frame's end, and a little that was under way.
    for (const auto& shown : world.screen->shown()) CHECK(shown.time.us % kKeyFrameUs == 0);
  }
}

TEST_CASE("sim: a trick-mode AdaptationSet with several key frames in a segment") {
  SimDash dash;
  dash.periods = {SimPeriod()};
  dash.periods[0].duration_us = 900'000'000;
  dash.periods[0].has_previews = dash.periods[0].serves_previews = true;
  for (const int rate : {2, 8, -4}) {
    CAPTURE(rate);
    Playing playing(dash, 300s);
    SimWorld& world = playing.world;
    const double from = world.position_s();
    world.player->trick_play(rate);
    world.run_for(10s);
    CHECK(std::abs(world.position_s() - from - rate * 10) < 1.1 + std::abs(rate) * 0.3);
    CHECK(playing.count("p0-fast-") == static_cast<long>(playing.requests().size()));
    CHECK(playing.count("p0-fast-") <= std::abs(rate) * 10 / 8 + 2);  // each segment once
    const auto& shown = world.screen->shown();
    CHECK(shown.size() >= (rate == 8 ? 60 : static_cast<std::size_t>(std::abs(rate) * 10 - 2)));
    for (const auto& frame : shown) CHECK(frame.time.us % 1'000'000 == 0);
  }
}

TEST_CASE("sim: trick play goes over Periods, and over one without pictures") {
  SimDash dash;
  dash.periods = {SimPeriod(), SimPeriod(), SimPeriod()};
  for (SimPeriod& period : dash.periods) period.duration_us = 60'000'000;
  dash.periods[1].video.clear();
  for (const int rate : {8, -8}) {
    CAPTURE(rate);
    SimWorld world(1);
    world.start_app();
    world.load_dash(dash, rate > 0 ? 20s : 160s);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(1s);
    world.player->trick_play(rate);
    world.run_for(16s);
    CHECK(world.status()->state == PlayerState::kTrickPlay);
    CHECK((world.position_s() >= 120) == (rate > 0));
    CHECK(world.all<Warning>().empty());
  }
}

TEST_CASE("sim: at the title's start trick play goes over into playback, at its end it pauses") {
  struct Case {
    int rate;
    Duration start;
    PlayerState after;
  };
  const Case cases[] = {{-32, 100s, PlayerState::kPlaying}, {32, 1100s, PlayerState::kPaused}};
  for (const Case& c : cases) {
    CAPTURE(c.rate);
    Playing playing(long_title(true), c.start);
    SimWorld& world = playing.world;
    world.player->trick_play(c.rate);
    world.run_for(100ms);
    CHECK(world.status()->trick_rate == c.rate);
    REQUIRE(world.executor.run_until_true([&] { return world.status()->state == c.after; }, 20s));
    world.run_for(1s);
    CHECK(world.all<RateChanged>().size() == 2);
    CHECK(world.all<Warning>().empty());
    if (c.rate < 0) {
      CHECK(world.position_s() < 2);
    } else {
      CHECK(world.position_s() == 1198.0);  // the last key frame
      CHECK(world.status()->is_paused);
      world.player->play();
      CHECK(world.run_until_event<Ended>(10s));
    }
  }
}

TEST_CASE(
    "sim: on a slow link trick play keeps its rate with fewer pictures, one request at a time") {
  for (const bool has_iframes : {true, false}) {
    CAPTURE(has_iframes);
    Playing playing(long_title(has_iframes), 400s, SimLink::constant(1'200'000, 300ms));
    SimWorld& world = playing.world;
    const double from = world.position_s();
    world.player->trick_play(16);
    for (int i = 0; i < 200; ++i) {
      world.run_for(100ms);
      CHECK(world.transport->in_flight() <= 2);  // with an InitSegment or a playlist
    }
    const double moved = world.position_s() - from;
    CHECK(moved > 200);
    CHECK(moved < 340);
    CHECK(world.screen->shown().size() >= 10);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: play, pause, seek, stop and another rate end trick play where they should") {
  struct Case {
    const char* name;
    void (*call)(Player&);
    PlayerState after;
  };
  const Case cases[] = {
      {"play", [](Player& p) { p.play(); }, PlayerState::kPlaying},
      {"pause", [](Player& p) { p.pause(); }, PlayerState::kPaused},
      {"seek", [](Player& p) { p.seek(MediaTime{900'500'000}, 7); }, PlayerState::kPlaying},
      {"scrub and play", [](Player& p) { p.scrub(MediaTime{30'000'000}), p.play(); },
       PlayerState::kPlaying},
      {"other way", [](Player& p) { p.trick_play(-8); }, PlayerState::kTrickPlay},
      {"no such rate", [](Player& p) { p.trick_play(5); }, PlayerState::kTrickPlay},
      {"stop", [](Player& p) { p.stop(); }, PlayerState::kIdle}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Playing playing(long_title(true));
    SimWorld& world = playing.world;
    world.player->trick_play(8);
    world.run_for(5s);
    const MediaTime shown = world.screen->shown().back().time;
    CHECK(world.status()->position == shown);
    world.screen->forget();
    c.call(*world.player);
    REQUIRE(world.executor.run_until_true([&] { return world.status()->state == c.after; }, 5s));
    world.run_for(2s);
    const std::string name = c.name;
    if (name == "seek") {
      CHECK(world.position_s() == doctest::Approx(902.5).epsilon(0.001));
      REQUIRE(world.find<SeekDone>());
      CHECK(world.find<SeekDone>()->user_tag == 7);
    } else if (name == "pause") {
      CHECK(world.status()->position == shown);
      CHECK(world.screen->shown().back().time == shown);
    } else if (name == "play" || name == "scrub and play") {
      CHECK(world.screen->shown().front().time == shown);
    } else if (name == "other way") {
      CHECK(world.position_s() < to_seconds(shown) - 10);
    } else if (name == "no such rate") {
      REQUIRE(world.find<Warning>());
      CHECK(world.find<Warning>()->error.code == ErrorCode::kInvalidArgument);
    }
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: progress during trick play is told where it leads, and at a stop where it was") {
  for (const bool stops : {false, true}) {
    CAPTURE(stops);
    SimWorld world(1, long_title(true));
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(21s);
    const std::size_t before = world.service.accepted.size();
    world.player->trick_play(32);
    world.run_for(10s);
    CHECK(world.service.accepted.size() <= before + 1);
    const double position = world.position_s();
    CHECK(position > 250);
    if (stops) {
      world.player->stop();
    } else {
      world.player->pause();
    }
    world.run_for(2s);
    CHECK(world.service.saved["m1"].position_s == doctest::Approx(position).epsilon(0.001));
  }
}

TEST_CASE("sim: an outage during trick play: it ends, nothing hangs, playback goes on afterwards") {
  Playing playing(long_title(true));
  SimWorld& world = playing.world;
  world.player->trick_play(8);
  world.run_for(2s);
  world.take_down("cdn.test", 40s);
  REQUIRE(world.run_until_event<Warning>(60s));
  REQUIRE(world.executor.run_until_true([&] { return world.status()->trick_rate == 0; }, 1s));
  CHECK(playing.requests().size() < 120);
  world.player->play();
  CHECK(world.executor.run_until_true(
      [&] { return world.status()->state == PlayerState::kPlaying; }, 90s));
}

TEST_CASE("N11 signed URLs that run out during trick play are renewed once for each time") {
  Playing playing(long_title(true), 600s, SimLink::constant(20'000'000), true);
  SimWorld& world = playing.world;
  const double from = world.position_s();
  world.player->trick_play(8);
  world.run_for(2s);
  world.service.signature = 2;  // the CDN refuses the old signature from now on
  world.run_for(8s);
  CHECK(world.status()->state == PlayerState::kTrickPlay);
  CHECK(std::abs(world.position_s() - from - 80) < 12);
  CHECK(world.service.starts == 2);
  CHECK(world.find<Failed>() == nullptr);
  world.service.signature = 3;
  world.run_for(10s);
  CHECK(std::abs(world.position_s() - from - 160) < 16);
  CHECK(world.service.starts == 3);
  world.player->play();
  CHECK(world.executor.run_until_true(
      [&] { return world.status()->state == PlayerState::kPlaying; }, 5s));
}

TEST_CASE("N11 signed URLs that cannot be renewed end trick play where it is, and nothing else") {
  Playing playing(long_title(true), 600s, SimLink::constant(20'000'000), true);
  SimWorld& world = playing.world;
  world.player->trick_play(2);
  world.run_for(3s);
  const double reached = world.position_s();
  world.forget_events();
  world.service.signature = 2;
  SimFault down;
  down.url_contains = "/api/v1/stream?";
  down.status = 404;
  down.until = world.executor.now() + 10s;
  world.transport->add_fault(down);
  REQUIRE(world.executor.run_until_true([&] { return world.status()->trick_rate == 0; }, 5s));
  CHECK(std::abs(world.position_s() - reached) < 3);
  world.run_for(3s);
  CHECK(world.status()->state == PlayerState::kPlaying);  // out of the buffer
  bool is_told = false;
  for (const Warning& warning : world.all<Warning>()) {
    is_told = is_told || (warning.error.code == ErrorCode::kForbidden &&
                          warning.error.context.find("trick play") != std::string::npos);
  }
  CHECK(is_told);
  world.run_for(60s);  // the service is back
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("sim: key frames that are forbidden or encrypted: others, else it ends where it is") {
  struct Case {
    const char* name;
    bool is_encrypted;  // the I-frame playlists say so
    bool is_forbidden;  // the key frames are
    bool is_all;        // the same of all pictures
    bool goes_on;
  };
  const Case cases[] = {{"encrypted key frames", true, false, false, true},
                        {"forbidden key frames", false, true, false, true},
                        {"encrypted, and no others", true, false, true, false},
                        {"forbidden, and no others", false, true, true, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimTitle title = long_title(true);
    const std::string encrypted =
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-I-FRAMES-ONLY\n#EXT-X-KEY:METHOD=SAMPLE-AES,"
        "URI=\"skd://"
        "key\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF:2,\nk0-0.seg\n#EXT-X-"
        "ENDLIST\n";
    if (c.is_encrypted) title.spoilt = {{"k0.m3u8", encrypted}, {"k1.m3u8", encrypted}};
    Playing playing(std::move(title));
    SimWorld& world = playing.world;
    const double from = world.position_s();
    if (c.is_forbidden) world.fail_requests("/k", 403);
    if (c.is_all) world.fail_requests("/v", 403);
    world.player->trick_play(2);
    world.run_for(4s);
    CHECK((world.status()->state == PlayerState::kTrickPlay) == c.goes_on);
    CHECK(world.find<Failed>() == nullptr);
    if (c.goes_on) {
      CHECK(world.screen->shown().size() >= 2);
      CHECK(std::abs(world.position_s() - from - 8) < 4);  // key frames lie so far apart
      continue;
    }
    CHECK(playing.requests().size() <= 8);
    REQUIRE(world.find<Warning>());
    const Error& why = world.find<Warning>()->error;
    CHECK(why.code == ErrorCode::kForbidden);
    CHECK(why.severity == Severity::kRecoverable);
    CHECK(why.context.find("trick play") != std::string::npos);
    // Out of the buffer, from where it ended.
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(std::abs(world.position_s() - from - 4) < 3);
  }
}

TEST_CASE("sim: trick play ends before a Period that is encrypted, and says why") {
  SimDash dash;
  dash.periods.resize(2);
  dash.periods[0].duration_us = 60'000'000;
  dash.periods[1].is_encrypted = true;
  Playing playing(dash, 0s);
  SimWorld& world = playing.world;
  world.player->trick_play(4);
  world.run_for(1s);
  CHECK(world.status()->trick_rate == 4);
  REQUIRE(world.executor.run_until_true([&] { return world.status()->trick_rate == 0; }, 20s));
  world.run_for(10ms);
  CHECK(world.position_s() > 54);
  CHECK(world.position_s() <= 60);
  bool is_told = false;
  for (const Warning& warning : world.all<Warning>()) {
    is_told = is_told || warning.error.code == ErrorCode::kDrmNoSystem;
  }
  CHECK(is_told);
  for (const auto& shown : world.screen->shown()) CHECK(shown.time < MediaTime{60'000'000});
}

TEST_CASE("sim: what cannot be gone through is refused, and stays as it is") {
  SimWorld world(1);
  world.start_app();
  world.player->trick_play(8);
  world.player->scrub(MediaTime{5});
  world.run_for(1s);
  CHECK(world.all<Warning>().size() == 2);
  CHECK(world.status()->state == PlayerState::kIdle);
  world.forget_events();
  SimDash dash;
  dash.periods[0].video.clear();
  world.load_dash(dash);
  world.run_for(5s);
  world.player->trick_play(8);
  world.run_for(1s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  REQUIRE(world.find<Warning>());
  CHECK(world.find<Warning>()->error.code == ErrorCode::kInvalidState);
}

TEST_CASE("sim: trick play in a live title goes back in its window and ends at its edge") {
  for (const bool is_dash : {false, true}) {
    CAPTURE(is_dash);
    SimWorld world(1);
    world.start_app();
    SimLive live;
    live.is_dash = is_dash;
    live.window = 600s;
    world.load_live(live, 20min);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(10s);
    const double from = world.position_s();
    world.player->trick_play(-16);
    world.run_for(20s);
    CHECK(std::abs(from - world.position_s() - 320) < 30);
    world.player->trick_play(32);
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->state == PlayerState::kPlaying; }, 40s));
    REQUIRE(world.status()->live);
    CHECK(world.status()->live->offset < 30s);
    world.run_for(10s);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK_FALSE(world.status()->is_paused);
  }
}

TEST_CASE("sim: scrubbing: few requests, the last target's picture, and the buffer stays") {
  for (const bool has_iframes : {true, false}) {
    CAPTURE(has_iframes);
    Playing playing(long_title(has_iframes));
    SimWorld& world = playing.world;
    const MediaTime before = world.status()->position;
    const auto scrub_through = [&] {
      for (int i = 0; i < 1000; ++i) {
        world.player->scrub(MediaTime{100'000'000 + i * 700'000});
        world.run_for(3ms);
        CHECK(world.transport->in_flight() <= 2);
      }
      world.player->scrub(MediaTime{333'300'000});
      world.run_for(1s);
    };
    scrub_through();
    CHECK(playing.requests().size() <= 8 * 4 + 3);
    CHECK(playing.requests().size() >= 10);
    CHECK(world.screen->shown().size() >= 10);
    CHECK(world.screen->shown().back().time.us == 332'000'000);
    CHECK(world.status()->state == PlayerState::kScrubbing);
    CHECK(world.status()->position - before < 100ms);
    // Let go where it began: nothing is fetched for that.
    playing.forget();
    world.player->play();
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->state == PlayerState::kPlaying; }, 200ms));
    CHECK(world.screen->shown().front().time <= world.status()->position);
    CHECK(world.status()->position - before < 300ms);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    // And at the target, exactly.
    scrub_through();
    world.screen->forget();
    world.player->seek(MediaTime{333'333'333}, 3);
    REQUIRE(world.run_until_event<SeekDone>(5s));
    CHECK(world.screen->shown().front().time.us == 333'320'000);
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->state == PlayerState::kPlaying; }, 5s));
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: scrubbing while paused shows pictures and leaves it paused") {
  Playing playing(long_title(true));
  SimWorld& world = playing.world;
  world.player->pause();
  world.run_for(1s);
  world.player->scrub(MediaTime{50'900'000});
  world.run_for(1s);
  CHECK(world.screen->shown().back().time.us == 50'000'000);
  world.player->seek(MediaTime{50'900'000}, 1);
  world.run_for(3s);
  CHECK(world.status()->state == PlayerState::kPaused);
  CHECK(world.position_s() == doctest::Approx(50.9));
}

TEST_CASE(
    "sim: pictures that cannot be decoded are passed over, and a decoder that hangs is left") {
  for (const bool hangs : {false, true}) {
    CAPTURE(hangs);
    SimWorld world(1, long_title(true));
    if (hangs) {
      world.codecs.stuck_video_sample = 20;  // more than a paused title shows
      world.codecs.stuck_until = SimCodecTroubles::StuckUntil::kNever;
    } else {
      world.codecs.bad_video_sample = 3;
    }
    world.start_app();
    PlaySource source;
    source.url = world.title.url();
    source.start = 300s;
    source.start_paused = true;
    world.player->load(source);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(3s);
    world.player->trick_play(8);
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kTrickPlay);
    CHECK(world.position_s() > 355);
  }
}

}  // namespace
}  // namespace playhead::test
