// SPDX-License-Identifier: Apache-2.0
// The real engine plays whole titles on virtual time over a simulated network.
#include <algorithm>

#include <doctest/doctest.h>

#include "sim/lip_sync.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

SimLink steps(std::vector<SimLinkPhase> phases) {
  SimLink link;
  link.phases = std::move(phases);
  return link;
}

int64_t shown_bitrate_at(const SimWorld& world, MediaTime position) {
  int64_t bps = 0;
  for (const Event& event : world.events) {
    const auto* changed = std::get_if<RepresentationChanged>(&event.payload);
    if (changed && event.position <= position) bps = changed->bitrate.bps;
  }
  return bps;
}

TEST_CASE("sim: a whole title plays, every frame once, in time and in order") {
  SimWorld world;
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));

  const auto& shown = world.screen->shown();
  REQUIRE(shown.size() == 120 * 25);
  const MonotonicTime zero = shown[1].at - Duration{40'000};
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CAPTURE(i);
    REQUIRE(shown[i].time == MediaTime{static_cast<int64_t>(i) * 40'000});
    // The first frame is a still until playback starts; the others come at most a turn late.
    if (i == 0) continue;
    const Duration late = (shown[i].at - zero) - (shown[i].time - MediaTime{0});
    REQUIRE(late >= -1ms);
    REQUIRE(late <= 5ms);
  }
  const QoeSummary qoe = world.status()->qoe;
  CHECK(qoe.rebuffer_count == 0);
  CHECK(qoe.dropped_frames == 0);
  CHECK(to_seconds(qoe.play_time) == doctest::Approx(120).epsilon(0.001));
  CHECK(world.speaker->underrun_frames() < 48'000 / 50);  // nothing but the end
  CHECK(world.position_s() == doctest::Approx(120).epsilon(0.001));
}

TEST_CASE("sim: the same seed gives the same run, to the last event") {
  std::string logs[2];
  for (std::string& log : logs) {
    SimLink link = steps({{10s, 6'000'000, 40ms}, {7s, 1'200'000, 90ms}, {3s, 0, 40ms}});
    SimWorld world(77, {}, link);
    SimFault fault;
    fault.url_contains = "v1-";
    fault.times = 3;
    fault.break_after = 20'000;
    world.transport->add_fault(fault);
    world.start_app();
    world.load_title();
    world.run_for(5min);
    log = world.log();
  }
  CHECK(logs[0].find("ended") != std::string::npos);
  CHECK(logs[0] == logs[1]);
}

TEST_CASE("sim: 3 Mbit/s is enough for a ladder up to 3.5, without rebuffering") {
  SimWorld world(1, {}, SimLink::constant(3'000'000, 50ms));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.status()->qoe.mean_bitrate.bps > 1'500'000);
}

TEST_CASE("sim: on a link between two rungs the picture does not flicker between them") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(3'000'000, 50ms));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.switches <= 12);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: 8, 1, 8 Mbit/s: down and up again, without rebuffering") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title,
                 steps({{60s, 8'000'000, 40ms}, {60s, 1'000'000, 40ms}, {1h, 8'000'000, 40ms}}));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(shown_bitrate_at(world, MediaTime{50'000'000}) == 3'500'000);
  CHECK(shown_bitrate_at(world, MediaTime{125'000'000}) <= 900'000);
  CHECK(shown_bitrate_at(world, MediaTime{220'000'000}) == 3'500'000);
}

TEST_CASE("sim: nothing is chosen above 0.8 of the link while the buffer is small") {
  // Never more than 10 s ahead, so the buffer pays for nothing.
  PlayerConfig config;
  config.buffering.target = 8s;
  SimWorld world(1, {}, SimLink::constant(4'000'000, 20ms));
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  for (const RepresentationChanged& changed : world.all<RepresentationChanged>()) {
    CHECK(changed.bitrate.bps <= 3'200'000);
  }
}

TEST_CASE("sim: the buffer keeps to its targets in seconds and bytes") {
  struct Case {
    const char* name;
    Duration target;
    int64_t max_bytes;
  };
  const Case cases[] = {{"seconds", 12s, int64_t{96} << 20}, {"bytes", 60s, 2 << 20}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    PlayerConfig config;
    config.buffering.target = c.target;
    config.buffering.max_bytes = c.max_bytes;
    SimWorld world(1, {}, SimLink::constant(50'000'000, 20ms));
    world.start_app(config);
    world.load_url(world.title.url());
    for (int i = 0; i < 100; ++i) {
      world.run_for(1s);
      const auto status = world.status();
      // One segment may be under way when the level is reached.
      REQUIRE(status->video_buffer <= c.target + 8s);
      REQUIRE(status->buffered_bytes <= c.max_bytes + 4 * 3'500'000 / 8);
    }
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: the first frame has the link for itself, then sound is fetched beside pictures") {
  // 4 s of media take the link a second.
  SimWorld world(1, {}, SimLink::constant(4'000'000, 50ms));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  MonotonicTime first[2];
  for (const SimRecord& record : world.transport->records()) {
    if (record.url.find("v0-0.seg") != std::string::npos) first[0] = record.started;
    if (record.url.find("a-en-0.seg") != std::string::npos) first[1] = record.started;
  }
  CHECK(first[0].us > 0);
  CHECK(first[1] - first[0] >= 50ms);
  CHECK(first[1] - first[0] < 300ms);
}

TEST_CASE("sim: pictures that do not come hold up the sound for half a second at most") {
  SimWorld world;
  SimFault silent;
  silent.url_contains = "v0-0.seg";
  silent.is_silent = true;
  world.transport->add_fault(silent);
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(2s);
  MonotonicTime pictures, sound;
  for (const SimRecord& record : world.transport->records()) {
    if (record.url.find("v0-0.seg") != std::string::npos && pictures.us == 0)
      pictures = record.started;
    if (record.url.find("a-en-0.seg") != std::string::npos) sound = record.started;
  }
  CHECK(sound - pictures > 450ms);
  CHECK(sound - pictures < 550ms);
}

TEST_CASE("sim: on a slow link sound does not run away from pictures that are short") {
  SimWorld world(1, {}, SimLink::constant(700'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(10min));
  MediaTime pictures, sound;
  for (const SegmentLoaded& segment : world.all<SegmentLoaded>()) {
    (segment.track == TrackKind::kVideo ? pictures : sound) = segment.start + Duration{4s};
    if (pictures < MediaTime{0} + Duration{6s}) CHECK(sound <= pictures + Duration{8s});
  }
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("A07 a gap in sound or pictures: the clock goes on, and both are together behind it") {
  struct Case {
    const char* name;
    std::vector<std::string> missing;
    std::size_t pictures;
    Duration least_silence, least_still;
  };
  const Case cases[] = {{"sound: silence", {"a-en-3.seg"}, 120 * 25, 3'800ms, 0ms},
                        {"pictures: the last one stays",
                         {"v0-3.seg", "v1-3.seg", "v2-3.seg", "v3-3.seg"},
                         116 * 25,
                         0ms,
                         3'900ms}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world;
    for (const std::string& name : c.missing) world.fail_requests(name, 404);
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(500ms);
    // Over the gap from 12 s to 16 s.
    const LipSync seen = watch_lips(world, 20s);
    CHECK(seen.worst <= 40ms);
    CHECK(seen.silence >= c.least_silence);
    CHECK(seen.silence <= c.least_silence + 400ms);
    CHECK(seen.longest_still >= c.least_still);
    CHECK(seen.longest_still <= c.least_still + 200ms);
    CHECK(seen.both >= 15s);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.screen->shown().size() == c.pictures);
    CHECK(world.find<PositionJumped>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(120).epsilon(0.01));
  }
}

}  // namespace
}  // namespace playhead::test
