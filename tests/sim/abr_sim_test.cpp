// SPDX-License-Identifier: Apache-2.0
// Bitrate decisions in the whole player.
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

int count_requests(const SimWorld& world, const std::string& text) {
  int count = 0;
  for (const std::string& url : world.media_requests()) count += url.find(text) != url.npos;
  return count;
}

// How many segments were asked for at both Representations.
int fetched_twice(const SimWorld& world, int segments) {
  int count = 0;
  for (int i = 1; i <= segments; ++i) {
    const std::string name = "-" + std::to_string(i) + ".seg";
    count += count_requests(world, "p0-v0" + name) > 0 && count_requests(world, "p0-v1" + name) > 0;
  }
  return count;
}

TEST_CASE("sim: a segment that would stall is dropped for a lower one, no picture is lost") {
  for (const bool is_muxed : {false, true}) {
    CAPTURE(is_muxed);
    SimDash dash;
    dash.periods[0].duration_us = 80'000'000;
    dash.periods[0].is_muxed = is_muxed;
    dash.periods[0].video = {{300'000}, {6'000'000}};
    SimLink link;
    link.phases = {{9s, 12'000'000, 40ms}, {300s, 700'000, 40ms}};
    SimWorld world(1, {}, link);
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(20min));
    CHECK(fetched_twice(world, 20) >= 1);
    const auto& shown = world.screen->shown();
    CHECK(shown.size() == 80 * 25);
    for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
    CHECK(world.speaker->silent_frames() == 0);
  }
}

TEST_CASE("sim: a steady link is climbed and held, nothing is dropped") {
  SimDash dash;
  dash.periods[0].duration_us = 120'000'000;
  dash.periods[0].video = {{300'000}, {3'000'000}};
  SimWorld world(1, {}, SimLink::constant(12'000'000));
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<Ended>(20min));
  CHECK(fetched_twice(world, 30) == 0);
  CHECK(world.status()->qoe.switches == 1);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(count_requests(world, "p0-v1-") >= 28);
}

}  // namespace
}  // namespace playhead::test
