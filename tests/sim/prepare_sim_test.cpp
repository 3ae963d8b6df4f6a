// SPDX-License-Identifier: Apache-2.0
// The way to the first frame: how many round trips it takes, what of it is told, and what
// prepare() and remembered networks take off it.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

// A fast line, so that round trips are all there is.
constexpr int64_t kFast = 1'000'000'000;

PlaySource source_of(const SimWorld& world) {
  PlaySource source;
  source.url = world.title.url();
  return source;
}

TEST_CASE("sim: the first frame takes the round trips that depend on each other, and no more") {
  struct Case {
    const char* name;
    bool is_dash;
    bool is_title;  // of the service
    int round_trips;
  };
  // A new connection costs two. Then HLS: multivariant playlist, media playlists, first segments.
  const Case cases[] = {{"HLS", false, false, 2 + 3},
                        {"DASH", true, false, 2 + 2},
                        {"HLS of the service", false, true, 2 + 1 + 2 + 3}};
  for (const Case& c : cases) {
    for (const Duration rtt : {Duration{50ms}, Duration{200ms}}) {
      CAPTURE(std::string(c.name));
      CAPTURE(rtt.count());
      SimWorld world(1, {}, SimLink::constant(kFast, rtt));
      world.start_app();
      const SimDash dash;
      if (c.is_dash) {
        world.load_dash(dash);
      } else if (c.is_title) {
        world.load_title();
      } else {
        world.load_url(world.title.url());
      }
      REQUIRE(world.run_until_event<FirstFrame>(10s));
      const FirstFrame first = *world.find<FirstFrame>();
      CHECK(first.startup >= c.round_trips * rtt);
      CHECK(first.startup < c.round_trips * rtt + rtt / 2);
      // Each step of it is told.
      CHECK(first.phases.session.has_value() == c.is_title);
      if (c.is_title) CHECK(first.phases.session->count() / rtt.count() == 3);
      CHECK_FALSE(first.phases.license.has_value());
      CHECK(first.phases.manifest.value() / rtt == c.round_trips - (c.is_dash ? 1 : 2));
      CHECK(first.phases.first_byte.value() >= c.round_trips * rtt);
      CHECK(first.phases.first_byte.value() <= first.startup);
      CHECK(first.phases.bytes > 0);
      world.player->stop();
      world.run_for(1s);
      const QoeSummary qoe = world.find<Summary>()->qoe;
      CHECK(qoe.startup == first.startup);
      CHECK(qoe.phases.manifest == first.phases.manifest);
      CHECK(qoe.phases.bytes == first.phases.bytes);
      CHECK(qoe.bytes >= qoe.phases.bytes);
    }
  }
}

TEST_CASE("sim: what was prepared starts at once, and nothing is fetched twice") {
  for (const bool is_title : {false, true}) {
    CAPTURE(is_title);
    SimWorld world(1, {}, SimLink::constant(8'000'000, 100ms));
    world.service.saved["m1"] = {61.5, 1};
    world.start_app();
    PlaySource source = source_of(world);
    if (is_title) source.title_id = "m1";
    world.player->prepare(source);
    world.run_for(1min);
    // Nobody was told, nothing was taken, and little was fetched.
    CHECK(world.all<StateChanged>().empty());
    CHECK(world.all<LoadStarted>().empty());
    CHECK(world.all<SegmentLoaded>().empty());
    CHECK(world.status()->state == PlayerState::kIdle);
    CHECK(world.status()->tracks.empty());
    CHECK_FALSE(world.speaker->is_open());
    CHECK(world.screen->shown().empty());
    std::vector<std::string> prepared = world.media_requests();
    CHECK(prepared.size() == 2);
    CHECK(world.service.starts == (is_title ? 1 : 0));

    world.player->load(source);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    const FirstFrame first = *world.find<FirstFrame>();
    CHECK(first.startup < 50ms);  // less than half a round trip: from what is there
    CHECK(first.phases.manifest == Duration{0});
    CHECK(first.phases.first_byte == Duration{0});
    CHECK(first.phases.session == (is_title ? std::optional(Duration{0}) : std::nullopt));
    CHECK(first.phases.bytes > 0);
    CHECK(world.all<LoadStarted>().size() == 1);
    CHECK(world.all<ManifestLoaded>().size() == 1);
    CHECK(world.all<SessionStarted>().size() == (is_title ? 1 : 0));
    world.run_for(20s);
    CHECK(world.position_s() == doctest::Approx((is_title ? 61.5 : 0) + 20).epsilon(0.02));
    CHECK(world.status()->qoe.rebuffer_count == 0);
    std::vector<std::string> requests = world.media_requests();
    std::sort(requests.begin(), requests.end());
    CHECK(std::adjacent_find(requests.begin(), requests.end()) == requests.end());
    CHECK(world.status()->video_buffer > 20s);
  }
}

TEST_CASE("sim: loading while prepare() is under way goes on from there") {
  for (const Duration moment : {1ms, 150ms, 250ms, 350ms, 450ms, 600ms, 900ms}) {
    CAPTURE(moment.count());
    SimWorld world(1, {}, SimLink::constant(kFast, 100ms));
    world.start_app();
    world.player->prepare(source_of(world));
    world.run_for(moment);
    world.player->load(source_of(world));
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->startup < std::max(550ms - moment, Duration{50ms}));
    CHECK(world.all<ManifestLoaded>().size() == 1);
    CHECK(world.all<StateChanged>().front().to == PlayerState::kLoading);
    std::vector<std::string> requests = world.media_requests();
    std::sort(requests.begin(), requests.end());
    CHECK(std::adjacent_find(requests.begin(), requests.end()) == requests.end());
  }
}

TEST_CASE("sim: what was prepared is let go of when something else is played, or nothing") {
  SimWorld world(1, {}, SimLink::constant(8'000'000, 50ms));
  world.start_app();
  SUBCASE("another source") {
    const SimDash dash;
    world.player->prepare(source_of(world));
    world.run_for(5s);
    world.load_dash(dash);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->phases.manifest > Duration{0});
    CHECK(world.find<ManifestLoaded>()->url.find("title.mpd") != std::string::npos);
  }
  SUBCASE("another start") {
    world.player->prepare(source_of(world));
    world.run_for(5s);
    world.load_url(world.title.url(), 40s);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->phases.manifest > Duration{0});
    CHECK(world.screen->shown().front().time == MediaTime{40'000'000});
  }
  SUBCASE("stop") {
    world.player->prepare(source_of(world));
    world.run_for(5s);
    world.player->stop();
    world.run_for(1s);
    CHECK(world.all<Summary>().empty());
    world.player->load(source_of(world));
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->phases.manifest > Duration{0});
  }
  SUBCASE("the end of the app") {
    world.player->prepare(source_of(world));
    world.run_for(120ms);
    world.quit_app();
  }
  SUBCASE("calls that mean something only while playing change nothing") {
    world.player->prepare(source_of(world));
    world.run_for(5s);
    world.player->seek(MediaTime{80'000'000}, 3);
    world.player->select_audio("nonsense");
    world.player->select_representation("nonsense");
    world.player->pause();
    world.player->play();
    world.run_for(1s);
    CHECK(world.all<SeekStarted>().empty());
    CHECK(world.all<Warning>().empty());
    world.player->load(source_of(world));
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.screen->shown().front().time == MediaTime{0});
  }
}

TEST_CASE("sim: a preparation that fails is nobody's trouble") {
  SimWorld world;
  world.start_app();
  PlaySource source = source_of(world);
  SUBCASE("the manifest is not there at first") {
    SimFault fault;
    fault.url_contains = "master.m3u8";
    fault.status = 404;
    fault.times = 1;
    world.transport->add_fault(fault);
    world.player->prepare(source);
    world.run_for(30s);
  }
  SUBCASE("a title of a service that is not known") {
    source.title_id = "unknown";
    world.player->prepare(source);
    world.run_for(30s);
    source.title_id.clear();
  }
  CHECK(world.all<Failed>().empty());
  CHECK(world.all<Warning>().empty());
  world.player->load(source);
  CHECK(world.run_until_event<FirstFrame>(10s));
  CHECK(world.all<Failed>().empty());
}

TEST_CASE("sim: a live title that was prepared begins where its edge is by then") {
  for (const bool is_dash : {false, true}) {
    CAPTURE(is_dash);
    SimWorld world(1, {}, SimLink::constant(20'000'000, 40ms));
    world.start_app();
    SimLive live;
    live.is_dash = is_dash;
    world.load_live(live);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.player->stop();
    world.run_for(1s);
    world.forget_events();
    PlaySource source;
    source.url = live.url();
    world.player->prepare(source);
    world.run_for(5min);
    CHECK(world.all<LoadStarted>().empty());
    world.player->load(source);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(30s);
    const auto status = world.status();
    CHECK(status->state == PlayerState::kPlaying);
    REQUIRE(status->live);
    CHECK(status->live->offset > 10s);
    CHECK(status->live->offset < 20s);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.all<ManifestLoaded>().size() == 1);
  }
}

TEST_CASE("sim: a player that plays prepares nothing, and says so") {
  SimWorld world;
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  PlaySource other;
  other.url = "http://cdn.test/other.m3u8";
  world.player->prepare(other);
  world.run_for(5s);
  REQUIRE(world.all<Warning>().size() == 1);
  CHECK(world.find<Warning>()->error.code == ErrorCode::kInvalidState);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("sim: hosts of media are connected to while the service is asked, in the next process too") {
  constexpr Duration kRtt = 100ms;
  SimWorld world(1, {}, SimLink::constant(kFast, kRtt));
  const auto startup = [&] {
    world.start_app();
    world.forget_events();
    world.run_for(1s);  // the store answers
    world.transport->network_changed();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    return world.find<FirstFrame>()->startup;
  };
  // A connection to the service and its answer, a connection to the CDN and three answers of that.
  CHECK(startup() / kRtt == 2 + 1 + 2 + 3);
  world.run_for(10s);
  world.quit_app();
  CHECK(startup() / kRtt == 2 + 1 + 3);
  // Nothing is told of what was played.
  for (const StoreRecord& record : world.store.committed("hosts")) {
    CHECK(record.key == "http://cdn.test:80");
  }
}

TEST_CASE("N02 a link that collapses below what was prepared leaves it for a lower Representation") {
  SimWorld world(1, {}, SimLink::constant(8'000'000, 40ms));
  world.title.segment_us = 10'000'000;
  world.title.bitrates_bps = {300'000, 4'000'000};
  world.start_app();
  // What is chosen first is what the network carried before.
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(30s);
  world.player->stop();
  world.run_for(1s);
  world.forget_events();
  const auto first_segments = [&] {
    const auto requests = world.media_requests();
    return std::count_if(requests.begin(), requests.end(), [](const std::string& url) {
      return url.find("v1-0.seg") != std::string::npos;
    });
  };
  const auto before = first_segments();
  world.player->prepare(source_of(world));
  for (int i = 0; i < 300 && first_segments() == before; ++i) world.run_for(10ms);
  REQUIRE(first_segments() > before);
  world.run_for(2s);
  world.transport->set_link(SimLink::constant(600'000, 40ms));
  world.run_for(15s);
  world.player->load(source_of(world));
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(30s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_time < 2s);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: a network's throughput is remembered beyond the process, each network's own") {
  SimWorld world(1, {}, SimLink::constant(20'000'000, 40ms));
  const auto first_bitrate = [&](const char* network) {
    world.start_app();
    REQUIRE(world.client->set_network(network));
    world.forget_events();
    world.run_for(100ms);  // the store answers
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    return world.find<RepresentationChanged>()->bitrate.bps;
  };
  CHECK(first_bitrate("wifi:home") == 400'000);
  world.run_for(40s);
  world.kill_app();  // no goodbye
  CHECK(first_bitrate("wifi:home") == 3'500'000);
  world.quit_app();
  CHECK(first_bitrate("mobile") == 400'000);
  world.quit_app();
  CHECK(first_bitrate("wifi:home") == 3'500'000);
  world.quit_app();
  world.run_for(8 * 24h);
  CHECK(first_bitrate("wifi:home") == 400'000);
}

TEST_CASE("sim: what a play measures before and after a change of network is each network's own") {
  SimLink link;
  link.phases = {{10s, 20'000'000, 40ms}, {1h, 1'000'000, 40ms}};
  SimWorld world(1, {}, link);
  world.start_app();
  REQUIRE(world.client->set_network("home"));
  world.load_url(world.title.url());
  world.run_for(10s);
  REQUIRE(world.client->set_network("mobile"));
  world.run_for(30s);
  world.quit_app();
  std::map<std::string, double> mbps;
  for (const StoreRecord& record : world.store.committed("networks")) {
    mbps[record.key] = std::stod(record.value) / 1e6;
  }
  CHECK(mbps["nhome"] > 10);
  CHECK(mbps["nmobile"] > 0.5);
  CHECK(mbps["nmobile"] < 1.5);
}

// A title of 40 s that plays, and one of 20 s that comes next.
struct TwoTitles : SimWorld {
  TwoTitles() : SimWorld(1, titled("first", 10)) {
    title.bitrates_bps = {400'000};
    more_titles = {titled("next", 5)};
  }
  static SimTitle titled(const std::string& name, int segments) {
    SimTitle title;
    title.base_url = "http://cdn.test/" + name + "/";
    title.segments = segments;
    return title;
  }
  void begin() {
    start_app();
    load_url(title.url());
    PlaySource next;
    next.url = more_titles.front().url();
    player->set_next(next);
    REQUIRE(run_until_event<FirstFrame>(10s));
  }
  [[nodiscard]] int64_t requests_of_next() const {
    const auto& records = transport->records();
    return std::count_if(records.begin(), records.end(), [](const SimRecord& record) {
      return record.url.find("/next/") != std::string::npos;
    });
  }
};

TEST_CASE("sim: what could not be had of the next title is told as it begins") {
  TwoTitles world;
  world.fail_requests("/next/a-en-1.seg", 404);
  world.begin();
  world.run_for(38s);
  CHECK(world.requests_of_next() > 0);
  CHECK(world.all<Warning>().empty());  // the one that plays is well
  REQUIRE(world.run_until_event<Ended>(10s));
  world.run_for(1s);
  REQUIRE(world.all<LoadStarted>().size() == 2);
  REQUIRE(world.all<Warning>().size() == 1);
  CHECK(world.find<Warning>()->error.detail == 404);
}

TEST_CASE("sim: when a play fails what was to come next is fetched no further, and can be begun") {
  TwoTitles world;
  world.codecs.bad_video_sample = 190;  // of 1000, in every decoder: the fifth ends it
  world.codecs.severity = Severity::kFatal;
  SimFault silent;  // what is asked for is asked for again after eight seconds
  silent.url_contains = "/next/";
  silent.is_silent = true;
  silent.from = world.executor.now() + 31s;
  silent.until = world.executor.now() + 80s;
  world.transport->add_fault(silent);
  world.begin();
  REQUIRE(world.run_until_event<Failed>(1min));
  const int64_t requests = world.requests_of_next();
  REQUIRE(requests > 0);
  world.run_for(1min);
  CHECK(world.requests_of_next() == requests);
  world.forget_events();
  world.player->play_next();
  CHECK(world.run_until_event<FirstFrame>(10s));
}

TEST_CASE("sim: N17 a host of the next title that asks to be left alone is, until somebody asks") {
  TwoTitles world;
  SimFault busy;
  busy.url_contains = "/next/";
  busy.status = 503;
  busy.headers = {{"Retry-After", "86400"}};
  busy.times = 1;
  world.transport->add_fault(busy);
  world.begin();
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kServerBusy);
  CHECK(world.find<Ended>()->goes_on);
  CHECK(world.requests_of_next() == 1);
  world.forget_events();
  world.load_url(world.more_titles.front().url());
  CHECK(world.run_until_event<FirstFrame>(10s));
}

TEST_CASE("sim: N17 what the service asked for of the next title outlives the session it told") {
  TwoTitles world;
  world.service.titles["next"] = {world.more_titles.front().url(), 20};
  SimFault busy;
  busy.url_contains = "/stream?movie_id=next";
  busy.status = 503;
  busy.headers = {{"Retry-After", "86400"}};
  busy.times = 1;
  world.transport->add_fault(busy);
  world.start_app();
  world.load_url(world.title.url());
  PlaySource next;
  next.title_id = "next";
  world.player->set_next(next);
  REQUIRE(world.run_until_event<Warning>(30s));
  world.player->set_next(next);  // whoever names it again knows nothing of that
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kServerBusy);
  CHECK(world.service.starts == 0);
  world.forget_events();
  world.player->set_next(next);
  world.player->play_next();  // a person
  CHECK(world.run_until_event<FirstFrame>(10s));
}

TEST_CASE("sim: the next title is tried again though the one that plays has nothing left to do") {
  // Sound alone that nobody hears: once it is all there, only its end is a moment to look at.
  SimWorld world(1, SimTitle{}, SimLink::constant(8'000'000, 40ms));
  world.title.segments = 20;
  SimTitle next;
  next.base_url = "http://cdn.test/next/";
  next.segments = 5;
  world.more_titles = {next};
  SimFault fault;
  fault.url_contains = "/next/master";
  fault.status = 404;
  fault.until = world.executor.now() + 45s;
  world.transport->add_fault(fault);
  world.has_speaker = false;
  world.start_app({});
  world.load_url(world.title.base_url + "a-en.m3u8");
  PlaySource source;
  source.url = next.url();
  world.player->set_next(source);
  REQUIRE(world.run_until_event<Warning>(1min));
  CHECK(world.find<Warning>()->error.detail == 404);
  CHECK(world.executor.now() < world.transport->records().back().started + 1s);
  REQUIRE(world.run_until_event<Ended>(2min));
  CHECK(world.find<Ended>()->goes_on);
  world.run_for(0s);
  // Its beginning was there, and decoded.
  REQUIRE(world.find<FirstFrame>() != nullptr);
  CHECK(world.all<FirstFrame>().back().startup == Duration{0});
}

}  // namespace
}  // namespace playhead::test
