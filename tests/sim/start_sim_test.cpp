// SPDX-License-Identifier: Apache-2.0
// Where playback begins when it was told to begin at, or behind, the end.
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

TEST_CASE("sim: a saved position in the credits, or behind the end, starts from the beginning") {
  struct Case {
    double saved_s;
    double started_s;
  };
  for (const Case& c : {Case{113, 113}, Case{114.5, 0}, Case{120, 0}, Case{5000, 0}}) {
    CAPTURE(c.saved_s);
    SimWorld world;
    // The service knows another length than the playlist tells, so it does not see the end.
    world.service.titles["m1"].duration_s = 100'000;
    world.service.saved["m1"] = {c.saved_s, 1};
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(to_seconds(world.find<SessionStarted>()->resume_position) == c.saved_s);
    CHECK(world.position_s() == doctest::Approx(c.started_s).epsilon(0.01));
    // The first request of each track is already there.
    const std::string first = c.started_s == 0 ? "-0.seg" : "-28.seg";
    CHECK(world.media_requests().at(0).find(first) != std::string::npos);
    CHECK(world.media_requests().at(1).find(first) != std::string::npos);
    for (const Event& event : world.events) {
      if (!std::holds_alternative<ManifestLoaded>(event.payload)) continue;
      CHECK(to_seconds(event.position - MediaTime{0}) == c.started_s);
    }
  }
}

TEST_CASE("sim: a start behind the end is taken back to its last second, and the app is told") {
  struct Case {
    const char* name;
    const char* file;
    Duration start;
    Duration first;  // frame shown
    bool is_told;
  };
  for (const Case& c : {Case{"in the title", "master.m3u8", 119s, 119s, false},
                        Case{"in the last second", "master.m3u8", 119'520ms, 119'520ms, false},
                        Case{"at the end", "master.m3u8", 120s, 119s, true},
                        Case{"far behind it", "master.m3u8", 24h, 119s, true},
                        Case{"a single playlist", "v0.m3u8", 500s, 119s, true}}) {
    CAPTURE(std::string(c.name));
    SimWorld world;
    world.start_app();
    world.load_url(world.title.base_url + c.file, c.start);
    REQUIRE(world.run_until_event<Ended>(20s));
    REQUIRE(!world.screen->shown().empty());
    CHECK(world.screen->shown().front().time == MediaTime{0} + c.first);
    CHECK((world.find<Warning>() != nullptr) == c.is_told);
  }
}

TEST_CASE("sim: no more than 150 kB come before there is a picture") {
  for (const int64_t bps : {1'000'000, 5'000'000, 20'000'000}) {
    for (const bool has_audio : {false, true}) {
      CAPTURE(bps);
      CAPTURE(has_audio);
      SimTitle title;
      title.has_audio = has_audio;
      SimWorld world(1, title, SimLink::constant(bps, 50ms));
      world.start_app();
      world.load_url(world.title.url());
      REQUIRE(world.run_until_event<FirstFrame>(10s));
      CHECK(world.transport->bytes_delivered() <= 150'000);
      CHECK(world.transport->bytes_delivered() > 1'000);
    }
  }
}

TEST_CASE("sim: a seek before the title's length is known ends in the title") {
  for (const Duration moment : {1ms, 60ms, 100ms, 150ms, 200ms}) {
    for (const int64_t target_s : {50, 5000}) {
      CAPTURE(moment.count());
      CAPTURE(target_s);
      SimWorld world(1, {}, SimLink::constant(8'000'000, 50ms));
      world.start_app();
      world.load_url(world.title.url());
      world.run_for(moment);
      REQUIRE(world.find<ManifestLoaded>() == nullptr);
      world.player->seek(MediaTime{target_s * 1'000'000}, 5);
      REQUIRE(world.run_until_event<SeekDone>(10s));
      CHECK(world.all<SeekDone>().size() == 1);
      CHECK(world.find<SeekDone>()->user_tag == 5);
      CHECK(world.find<SeekDone>()->position.us == (target_s == 50 ? 50 : 120) * 1'000'000);
      if (target_s > 120) CHECK(world.run_until_event<Ended>(10s));
      if (target_s == 50) CHECK(world.run_until_event<FirstFrame>(10s));
      CHECK(world.find<Failed>() == nullptr);
    }
  }
}

}  // namespace
}  // namespace playhead::test
