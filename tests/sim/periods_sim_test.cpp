// SPDX-License-Identifier: Apache-2.0
// DASH titles of several Periods, which may differ in everything; Representations cut differently.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

SimPeriod period(int seconds) {
  SimPeriod made;
  made.duration_us = int64_t{seconds} * 1'000'000;
  return made;
}

SimPeriod silent(int seconds) {
  SimPeriod made = period(seconds);
  made.languages.clear();
  return made;
}

SimPeriod dark(int seconds) {
  SimPeriod made = period(seconds);
  made.video.clear();
  return made;
}

SimPeriod muxed(int seconds) {
  SimPeriod made = period(seconds);
  made.is_muxed = true;
  return made;
}

SimPeriod encrypted(int seconds) {
  SimPeriod made = period(seconds);
  made.is_encrypted = true;
  return made;
}

SimPeriod spoken(int seconds, std::vector<std::string> languages) {
  SimPeriod made = period(seconds);
  made.languages = std::move(languages);
  return made;
}

SimPeriod shifted(int seconds, int64_t container_start_us, int64_t overrun_us = 0) {
  SimPeriod made = period(seconds);
  made.container_start_us = container_start_us;
  made.overrun_us = overrun_us;
  return made;
}

// Every picture once, in order.
void check_pictures(const SimWorld& world, std::size_t count) {
  const auto& shown = world.screen->shown();
  CHECK(shown.size() == count);
  CHECK(world.player->status()->qoe.dropped_frames == 0);
  for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
}

int count_requests(const SimWorld& world, const std::string& text) {
  int count = 0;
  for (const std::string& url : world.media_requests()) count += url.find(text) != url.npos;
  return count;
}

TEST_CASE("sim: Periods that differ play one after the other, every picture once") {
  struct Case {
    const char* name;
    std::vector<SimPeriod> periods;
    int pictures_s;
    int silence_s;  // less than that was heard
  };
  const Case cases[] = {
      {"alike", {period(20), period(12), period(20)}, 52, 0},
      {"container times restart",
       {shifted(10, 7'000'000), shifted(10, 0), shifted(10, 900'000)},
       30,
       0},
      {"media goes on behind the end", {shifted(10, 0, 2'000'000), shifted(10, 5'000'000)}, 20, 0},
      {"no whole number of segments", {period(9), period(7), period(11)}, 27, 0},
      {"no sound in the last", {period(20), silent(20)}, 40, 20},
      {"sound in the last only", {silent(20), period(20)}, 40, 20},
      {"no sound in the second", {period(20), silent(20), period(20)}, 60, 20},
      {"no pictures in the second", {period(20), dark(20), period(12)}, 32, 0},
      {"no pictures in the first", {dark(20), period(20)}, 20, 0},
      {"another language",
       {spoken(12, {"en"}), spoken(12, {"de", "fr"}), spoken(12, {"fr", "en"})},
       36,
       0},
      {"sound apart, then muxed, then apart", {period(12), muxed(12), period(12)}, 36, 0},
      {"muxed, then apart", {muxed(12), period(12)}, 24, 0},
      {"muxed all along", {muxed(12), muxed(12)}, 24, 0},
      {"very short ones", {period(1), period(2), period(1), period(3), period(20)}, 27, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimDash dash;
    dash.periods = c.periods;
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.start_app();
    world.load_dash(dash);
    const bool has_ended = world.run_until_event<Ended>(5min);
    CHECK(has_ended);
    if (!has_ended) continue;
    check_pictures(world, static_cast<std::size_t>(c.pictures_s) * 25);
    const QoeSummary qoe = world.status()->qoe;
    CHECK(qoe.rebuffer_count == 0);
    CHECK(to_seconds(qoe.play_time) ==
          doctest::Approx(static_cast<double>(dash.duration_us()) / 1e6).epsilon(0.01));
    CHECK(
        world.speaker->heard_s(world.executor.now()) ==
        doctest::Approx(static_cast<double>(dash.duration_us()) / 1e6 - c.silence_s).epsilon(0.02));
  }
}

TEST_CASE("sim: a Period that cannot be played ends the title when it is reached") {
  struct Case {
    const char* name;
    std::vector<SimPeriod> periods;
    Duration start;
    int played_s;
    ErrorCode code;
  };
  SimPeriod undecodable = period(20);
  undecodable.video_codec = "unheard-of";
  const Case cases[] = {
      {"encrypted from the start", {encrypted(20), period(20)}, 0s, 0, ErrorCode::kDrmNoSystem},
      {"encrypted later", {period(20), encrypted(20)}, 0s, 20, ErrorCode::kDrmNoSystem},
      {"encrypted after a short one", {period(3), encrypted(20)}, 0s, 3, ErrorCode::kDrmNoSystem},
      {"entered by the start position",
       {period(20), encrypted(20)},
       25s,
       0,
       ErrorCode::kDrmNoSystem},
      {"pictures without a decoder",
       {period(20), undecodable},
       0s,
       20,
       ErrorCode::kNoPlayableTrack},
      {"after sound alone", {dark(20), encrypted(20)}, 0s, 20, ErrorCode::kDrmNoSystem},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimDash dash;
    dash.periods = c.periods;
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.start_app();
    world.load_dash(dash, c.start);
    const bool has_failed = world.run_until_event<Failed>(5min);
    CHECK(has_failed);
    if (!has_failed) continue;
    CHECK(error_name(world.find<Failed>()->error.code) == error_name(c.code));
    CHECK(to_seconds(world.find<Summary>()->qoe.play_time) ==
          doctest::Approx(c.played_s).epsilon(0.02));
    CHECK(count_requests(world, "p1-") == 0);
  }
}

TEST_CASE("sim: a clear AdaptationSet is preferred to an encrypted one") {
  SimDash dash;
  SimWorld world;
  world.start_app();
  std::string mpd = *dash.body(dash.url());
  // A second, encrypted set of pictures in front of the clear one.
  const std::size_t set = mpd.find("<AdaptationSet");
  mpd.insert(set,
             "<AdaptationSet contentType=\"video\" mimeType=\"video/mp4\">"
             "<ContentProtection schemeIdUri=\"urn:mpeg:dash:mp4protection:2011\"/>"
             "<Representation id=\"e\" bandwidth=\"100\" codecs=\"avc1.64001f\">"
             "<SegmentTemplate duration=\"4\" media=\"e-$Number$.seg\"/></Representation>"
             "</AdaptationSet>");
  world.transport->serve([dash](const WebRequest& request) -> std::optional<WebAnswer> {
    const auto body = dash.body(request.url);
    return body ? std::optional(text_answer(*body)) : std::nullopt;
  });
  world.transport->serve_text(dash.url(), mpd);
  world.load_url(dash.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 20 * 25);
}

TEST_CASE("sim: seeks across Periods find what plays there") {
  SimDash dash;
  dash.periods = {period(20), silent(20), period(20)};
  for (const int64_t target_s : {5, 19, 25, 39, 45, 59}) {
    CAPTURE(target_s);
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(3s);
    world.screen->forget();
    world.player->seek(MediaTime{target_s * 1'000'000});
    REQUIRE(world.run_until_event<SeekDone>(10s));
    CHECK(world.screen->shown().front().time == MediaTime{target_s * 1'000'000});
  }
}

TEST_CASE("sim: the sound chosen by hand is looked for in every Period") {
  SimDash dash;
  dash.periods = {spoken(12, {"en", "de"}), spoken(12, {"de", "en"}), spoken(12, {"fr", "de"})};
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  std::string german;
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == "de") german = track.id;
  }
  world.player->select_audio(german);
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(count_requests(world, "p1-a-de") == 3);
  CHECK(count_requests(world, "p2-a-de") == 3);
}

TEST_CASE("sim: thumbnails and trick play are neither tracks to choose nor played") {
  SimDash dash;
  dash.periods = {spoken(12, {"en", "fr"})};
  dash.periods[0].has_previews = true;
  PlayerConfig config;
  config.audio_language = "de";  // only the previews have it
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app(config);
  world.load_dash(dash);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  const auto tracks = world.status()->tracks;
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0].language == "en");
  CHECK(tracks[1].language == "fr");
  REQUIRE(world.find<ManifestLoaded>());
  CHECK(world.find<ManifestLoaded>()->audio_tracks == 2);
  CHECK(world.find<ManifestLoaded>()->text_tracks == 0);
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(count_requests(world, "tiles") + count_requests(world, "fast") == 0);
}

TEST_CASE("sim: a Representation chosen by hand stays the choice in the next Period") {
  SimDash dash;
  dash.periods = {period(12), period(12)};
  for (SimPeriod& p : dash.periods) p.video = {{400'000}, {900'000}, {1'800'000}};
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->select_representation(world.status()->representations[1].id);
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(count_requests(world, "p1-v1") == 3);
}

TEST_CASE("sim: Representations cut differently: no picture twice, none missing") {
  struct Case {
    const char* name;
    int64_t low_us, high_us;
    bool is_muxed;
  };
  const Case cases[] = {
      {"4 s and 6 s", 4'000'000, 6'000'000, false},
      {"6 s and 4 s", 6'000'000, 4'000'000, false},
      {"4 s and 10 s", 4'000'000, 10'000'000, false},
      {"10 s and 4 s", 10'000'000, 4'000'000, false},
      {"2 s and 10 s", 2'000'000, 10'000'000, false},
      {"10 s and 6 s", 10'000'000, 6'000'000, false},
      {"a few frames apart", 4'000'000, 4'200'000, false},
      {"4 s and 6 s, muxed", 4'000'000, 6'000'000, true},
      {"10 s and 4 s, muxed", 10'000'000, 4'000'000, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimDash dash;
    dash.periods = {period(80)};
    dash.periods[0].video = {{400'000, c.low_us}, {3'000'000, c.high_us}};
    dash.periods[0].is_muxed = c.is_muxed;
    SimLink link;  // up and down again
    link.phases = {{17s, 8'000'000, 40ms}, {40s, 600'000, 40ms}};
    SimWorld world(1, {}, link);
    world.start_app();
    world.load_dash(dash);
    const bool has_ended = world.run_until_event<Ended>(20min);
    CHECK(has_ended);
    check_pictures(world, 80 * 25);
    const QoeSummary qoe = world.status()->qoe;
    CHECK(qoe.switches >= 2);
    CHECK(qoe.rebuffer_count <= 2);
    CHECK(world.speaker->silent_frames() == 0);
  }
}

TEST_CASE("sim: a seek back over a change between different cuts shows every picture") {
  SimDash dash;
  dash.periods = {period(120)};
  dash.periods[0].video = {{400'000, 4'000'000}, {3'000'000, 10'000'000}};
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  PlayerConfig config;
  config.buffering.back = 60s;
  world.start_app(config);
  world.load_dash(dash);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(16s);
  for (int64_t target_us = 500'000; target_us < 16'000'000; target_us += 1'000'000) {
    CAPTURE(target_us);
    world.forget_events();
    world.screen->forget();
    world.player->seek(MediaTime{target_us});
    REQUIRE(world.run_until_event<SeekDone>(1s));
    world.run_for(2s);
    const auto& shown = world.screen->shown();
    REQUIRE(shown.size() > 45);
    CHECK(shown.front().time.us > target_us - 40'000);
    for (std::size_t i = 1; i < shown.size(); ++i) {
      REQUIRE((shown[i].time - shown[i - 1].time).count() == 40'000);
    }
  }
}

TEST_CASE("sim: another way round a failed segment that is cut differently") {
  SimDash dash;
  dash.periods = {period(60)};
  dash.periods[0].video = {{400'000, 4'000'000}, {900'000, 6'000'000}};
  for (const char* name : {"p0-v1-2.seg", "p0-v1-3.seg", "p0-v1-1.seg"}) {
    CAPTURE(name);
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.fail_requests(name, 404);
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(count_requests(world, name) <= 2);
    check_pictures(world, 60 * 25);
  }
}

}  // namespace
}  // namespace playhead::test
