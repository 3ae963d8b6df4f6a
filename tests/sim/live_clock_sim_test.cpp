// SPDX-License-Identifier: Apache-2.0
// What time it is where a live title is made, in the whole player.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"
#include "support/web_dates.h"

namespace playhead::test {
namespace {

SimLive dash() {
  SimLive live;
  live.is_dash = true;
  return live;
}

TEST_CASE("sim: a DASH channel starts near its edge by the clock it names, whatever the device's") {
  struct Case {
    const char* name;
    const char* scheme;
    const char* value;
    std::optional<Duration> date_error;
    Duration ahead;
  };
  const Case cases[] = {
      {"direct", "urn:mpeg:dash:utc:direct:2014", "now", std::nullopt, 1h},
      {"direct of 2012, the device ahead", "urn:mpeg:dash:utc:direct:2012", "now", std::nullopt,
       -1h},
      {"head", "urn:mpeg:dash:utc:http-head:2014", "time", std::nullopt, 1h},
      {"iso", "urn:mpeg:dash:utc:http-iso:2014", "time", std::nullopt, -1h},
      {"xsdate", "urn:mpeg:dash:utc:http-xsdate:2012", "http://live.test/time", std::nullopt, 1h},
      {"T07 the host that delivers is a day off", "urn:mpeg:dash:utc:http-xsdate:2014", "time", 24h,
       1h}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live = dash();
    live.utc_timings = {{c.scheme, c.value}};
    live.date_error = c.date_error;
    live.clock_ahead = c.ahead;
    world.start_app();
    world.load_live(live);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(2min);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    // By a wrong Date a segment may be asked for before the right time is known.
    CHECK(world.all<Warning>().size() <= (c.date_error ? 2 : 0));
    CHECK(world.find<PositionJumped>() == nullptr);
    REQUIRE(world.status()->live);
    const MediaTime truth{
        (world.executor.wall_now() + world.live.clock_ahead - world.live.began).count()};
    const Duration offset = truth - world.status()->position;
    CHECK(offset > 11s);
    CHECK(offset < 14s);
  }
}

TEST_CASE("sim: M25 a clock that is not to be had is warned of, and the Date header serves") {
  struct Case {
    const char* name;
    bool is_silent;
    Duration most_startup;
  };
  const Case cases[] = {{"refused", false, 2s}, {"silent", true, 2s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live = dash();
    live.utc_timings = {{"urn:mpeg:dash:utc:http-iso:2014", "time"}};
    live.clock_ahead = 1h;
    SimFault fault;
    fault.url_contains = "/time";
    fault.is_silent = c.is_silent;
    if (!c.is_silent) fault.status = 404;
    world.transport->add_fault(fault);
    world.start_app();
    world.load_live(live);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->startup < c.most_startup);
    world.run_for(3min);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(world.all<Warning>().size() == 1);
  }
}

TEST_CASE("sim: M25 without any clock the device's is used, after a second") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live = dash();
  live.utc_timings = {{"urn:mpeg:dash:utc:http-iso:2014", "time"}};
  live.date_error.reset();
  SimFault silent;
  silent.url_contains = "/time";
  silent.is_silent = true;
  world.transport->add_fault(silent);
  world.start_app();
  world.load_live(live);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(world.find<FirstFrame>()->startup > 1s);
  CHECK(world.find<FirstFrame>()->startup < 2500ms);
  world.run_for(60s);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: M25 a channel that has yet to begin is waited for, without busy polling") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live = dash();
  live.began = world.executor.wall_now() + 60s;
  world.start_app();
  world.load_live(live);
  world.run_for(55s);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.find<FirstFrame>() == nullptr);
  // The MPD every four seconds, as it asks for.
  CHECK(world.transport->records().size() <= 16);
  world.run_for(40s);
  CHECK(world.find<FirstFrame>());
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("sim: T01 M25 a clock that lies at the start is not believed for minutes") {
  for (const bool is_date_wrong : {false, true}) {
    CAPTURE(is_date_wrong);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live = dash();
    live.utc_timings = {{"urn:mpeg:dash:utc:http-iso:2014", "time"}};
    live.clock_ahead = 1h;
    live.window = 2min;
    const MonotonicTime well = world.executor.now() + 5s;
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      if (world.executor.now() >= well) return;
      const WallTime lie = world.executor.wall_now() + 1h - 40s;
      if (record.url.find("/time") != std::string::npos) answer = text_answer(iso_date(lie));
      if (!is_date_wrong) return;
      std::erase_if(answer.headers, [](const HttpHeader& header) { return header.name == "Date"; });
      answer.headers.push_back({"Date", http_date(lie)});
    });
    world.start_app();
    world.load_live(live);
    world.run_for(1min);
    CHECK(world.status()->state == PlayerState::kPlaying);
    REQUIRE(world.status()->live);
    const Duration truth = world.executor.wall_now() + world.live.clock_ahead - world.live.began;
    const Duration offset = truth - (world.status()->position - MediaTime{0});
    const Duration told = world.status()->live->offset;
    CHECK(std::max(told - offset, offset - told) < 3s);
  }
}

}  // namespace
}  // namespace playhead::test
