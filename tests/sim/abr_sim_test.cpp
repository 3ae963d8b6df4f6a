// SPDX-License-Identifier: Apache-2.0
// Bitrate decisions in the whole player.
#include <optional>
#include <string>
#include <vector>

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

// Low segments wait in the buffer when the link becomes wide.
SimLink slow_then(std::vector<SimLinkPhase> rest) {
  SimLink link;
  link.phases = {{40s, 900'000, 40ms}};
  link.phases.insert(link.phases.end(), rest.begin(), rest.end());
  return link;
}

TEST_CASE("sim: when the link becomes wide, low segments in the buffer are fetched again") {
  struct Case {
    const char* name;
    SimLink link;
    bool is_muxed;
    int at_least, at_most;  // segments fetched twice
  };
  const Case cases[] = {
      {"a wide link", slow_then({{600s, 20'000'000, 40ms}}), false, 2, 20},
      {"muxed sound would have to go with them", slow_then({{600s, 20'000'000, 40ms}}), true, 0, 0},
      {"wide for a moment", slow_then({{4s, 20'000'000, 40ms}, {600s, 900'000, 40ms}}), false, 0,
       3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimDash dash;
    dash.periods[0].duration_us = 120'000'000;
    dash.periods[0].is_muxed = c.is_muxed;
    dash.periods[0].video = {{300'000}, {6'000'000}};
    SimWorld world(1, {}, c.link);
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(20min));
    CHECK(fetched_twice(world, 30) >= c.at_least);
    CHECK(fetched_twice(world, 30) <= c.at_most);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    const auto& shown = world.screen->shown();
    CHECK(shown.size() == 120 * 25);
    for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
  }
}

TEST_CASE("sim: what is too much for the link is not fetched while a lower playlist comes") {
  SimTitle title;
  title.segments = 60;
  title.segment_us = 1'000'000;
  title.bitrates_bps = {300'000, 1'000'000, 6'000'000};
  SimWorld world(1, title, SimLink::constant(5'000'000));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->select_representation("v2");
  world.run_for(12s);
  REQUIRE(count_requests(world, "/v2-") > 3);
  REQUIRE(count_requests(world, "/v1-") == 0);
  REQUIRE(world.status()->video_buffer < 2s);
  world.player->select_representation("v1");
  world.run_for(1s);
  const int before = count_requests(world, "/v2-");
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(count_requests(world, "/v2-") == before);
  CHECK(count_requests(world, "/v1-") > 30);
}

TEST_CASE("sim: a transfer that would stall is dropped though no lower playlist is there yet") {
  SimTitle title;
  title.bitrates_bps = {300'000, 1'000'000, 6'000'000};
  SimWorld world(1, title, SimLink::constant(10'000'000));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  // What is remembered of the link lets the next play begin with the highest.
  world.forget_events();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  REQUIRE(world.status()->shown.id == "v2");
  world.run_for(8s);
  world.transport->set_link(SimLink::constant(700'000));
  world.run_for(30s);
  CHECK(world.status()->qoe.rebuffer_time < 3s);
  CHECK(count_requests(world, "/v0-") > 0);
}

// DASH: two minutes in segments of 4 s, sound of 64 and 192 kbit/s, and those pictures.
std::string two_sounds(SimWorld& world, const std::vector<int64_t>& pictures_bps) {
  const std::string base = "http://sound.test/";
  const auto set = [](const char* kind, const char* codec, const std::string& prefix,
                      const std::vector<int64_t>& bitrates) {
    std::string xml = std::string("<AdaptationSet contentType=\"") + kind + "\" mimeType=\"" +
                      kind +
                      "/mp4\"><SegmentTemplate timescale=\"1\" startNumber=\"0\" duration=\"4\" "
                      "media=\"$RepresentationID$-$Number$.seg\"/>";
    for (const int64_t bps : bitrates) {
      xml += "<Representation id=\"" + prefix + std::to_string(bps) + "\" bandwidth=\"" +
             std::to_string(bps) + "\" codecs=\"" + codec + "\"/>";
    }
    return xml + "</AdaptationSet>";
  };
  std::string mpd =
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
      "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" mediaPresentationDuration=\"PT120S\" "
      "minBufferTime=\"PT2S\"><Period>";
  if (!pictures_bps.empty()) mpd += set("video", "avc1.64001f", "v", pictures_bps);
  mpd += set("audio", "mp4a.40.2", "a", {64'000, 192'000}) + "</Period></MPD>";
  world.transport->serve([=](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.rfind(base, 0) != 0) return std::nullopt;
    const std::string name = request.url.substr(base.size());
    if (name == "t.mpd") return text_answer(mpd);
    const std::size_t dash = name.find('-');
    SimSegmentSpec spec;
    spec.kind = name[0] == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    spec.samples = name[0] == 'v' ? 100 : 200;
    spec.codec_config = name.substr(0, dash);
    spec.start_us = std::stoll(name.substr(dash + 1)) * 4'000'000;
    spec.bytes = std::stoll(name.substr(1, dash - 1)) / 2;  // 4 s
    return text_answer(make_sim_segment(spec));
  });
  return base + "t.mpd";
}

TEST_CASE("sim: sound gives way where the link carries no more than the least of both") {
  SimWorld world(1, {}, SimLink::constant(300'000, 50ms));
  world.start_app();
  world.load_url(two_sounds(world, {150'000, 600'000}));
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 120 * 25);
  CHECK(world.speaker->silent_frames() == 0);
  CHECK(world.status()->qoe.rebuffer_count <= 1);
  CHECK(count_requests(world, "a192000-") <= 2);  // before the link was known
  CHECK(count_requests(world, "a64000-") >= 28);
}

TEST_CASE("sim: on a link that carries both sound is the best there is, all the time") {
  SimWorld world(1, {}, SimLink::constant(3'000'000));
  world.start_app();
  world.load_url(two_sounds(world, {150'000, 600'000}));
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(count_requests(world, "a192000-") == 30);
  CHECK(count_requests(world, "a64000-") == 0);
}

TEST_CASE("sim: sound alone follows the link, up and down") {
  SimLink link;
  link.phases = {{20s, 1'000'000, 40ms}, {60s, 100'000, 40ms}, {1h, 1'000'000, 40ms}};
  SimWorld world(1, {}, link);
  world.start_app();
  world.load_url(two_sounds(world, {}));
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(count_requests(world, "a192000-") >= 5);
  CHECK(count_requests(world, "a64000-") >= 5);
  CHECK(world.speaker->silent_frames() == 0);
}

}  // namespace
}  // namespace playhead::test
