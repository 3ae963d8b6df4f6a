// SPDX-License-Identifier: Apache-2.0
// Rare orders of events: where tracks end apart, wait for one another, or change hands.
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

std::string id_of_language(SimWorld& world, const std::string& language) {
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == language) return track.id;
  }
  return {};
}

TEST_CASE("sim: sound that arrives before the first picture is heard from the start") {
  SimWorld world;
  SimFault slow;
  slow.url_contains = "v0-0.seg";
  slow.latency = 2s;
  world.transport->add_fault(slow);
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(10s);
  CHECK(world.speaker->silent_frames() == 0);
  CHECK(world.speaker->frames_played(world.executor.now()) > 48000 * 9);
  CHECK(count_requests(world, "a-en-") < 14);
}

TEST_CASE("sim: a seek to the end ends the title though its sound is longer") {
  SimTitle title;
  title.extra_audio_segments = 1;
  SimWorld world(1, title);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->seek(MediaTime{title.duration_us()});
  REQUIRE(world.run_until_event<SeekDone>(10s));
  CHECK(world.run_until_event<Ended>(10s));
}

TEST_CASE("sim: without sound an outage is one rebuffering, and no picture is lost") {
  SimTitle title;
  title.has_audio = false;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  world.take_down("cdn.test", 18s);
  REQUIRE(world.run_until_event<Ended>(10min));
  CHECK(world.status()->qoe.rebuffer_count == 1);
  CHECK(world.screen->shown().size() == 120 * 25);
}

TEST_CASE("N10 three missing segments in a row: what is there is played, then the reason is told") {
  SimTitle title;
  title.bitrates_bps = {400'000};
  SimWorld world(1, title);
  for (const char* name : {"v0-5.seg", "v0-6.seg", "v0-7.seg"}) {
    world.fail_requests(name, 404);
  }
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNotFound);
  CHECK(world.position_s() == doctest::Approx(20).epsilon(0.01));
  CHECK(world.screen->shown().size() == 5 * 4 * 25);
}

TEST_CASE("sim: a renewal of signed URLs keeps the sound chosen by hand") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->select_audio(id_of_language(world, "de"));
  world.run_for(5s);
  ++world.service.signature;
  world.run_for(40s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(count_requests(world, "a-en-10.seg") == 0);
  CHECK(count_requests(world, "a-de-10.seg") == 1);
}

TEST_CASE("sim: a Representation chosen by hand while segments come in repeats no picture") {
  for (const Duration moment : {1s, 2s, 3s, 5s, 8s, 13s}) {
    CAPTURE(moment.count());
    SimWorld world(1, SimTitle(), SimLink::constant(4'500'000));
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(moment);
    world.player->select_representation(world.status()->representations[1].id);
    REQUIRE(world.run_until_event<Ended>(5min));
    const auto& shown = world.screen->shown();
    CHECK(shown.size() == 120 * 25);
    CHECK(world.status()->qoe.dropped_frames == 0);
    for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
  }
}

TEST_CASE("A03 Representations that cannot be decoded are no way out") {
  const std::string master =
      "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS=\"avc1.64001f\"\nv0.m3u8\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"unheard-of\"\nv1.m3u8\n";
  SimWorld world;
  world.transport->serve_text(world.title.url(), master);
  world.fail_requests("v0-3.seg", 404);
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 29 * 4 * 25);

  world.transport->serve_text(world.title.url(), master.substr(0, 8) + master.substr(67));
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Failed>(10s));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kNoPlayableTrack);
}

TEST_CASE("sim: the way round a missing segment fetches nothing twice") {
  SimTitle title;
  title.bitrates_bps = {400'000, 3'500'000};
  SimWorld world(1, title);
  // As after rounding: everything a little earlier than in the other Representation.
  std::string playlist = *title.body(title.base_url + "v1.m3u8");
  playlist.replace(playlist.find("4.000000"), 8, "3.980000");
  world.transport->serve_text(title.base_url + "v1.m3u8", playlist);
  world.fail_requests("v1-3.seg", 404);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  REQUIRE(count_requests(world, "v1-3.seg") == 1);
  CHECK(count_requests(world, "v0-3.seg") == 1);
  CHECK(count_requests(world, "v0-2.seg") == 0);
}

TEST_CASE("sim: a plain playlist that holds only sound is played") {
  SimWorld world;
  world.start_app();
  world.load_url(world.title.base_url + "a-en.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(120).epsilon(0.01));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.status()->qoe.startup.has_value());
}

TEST_CASE("sim: packed audio without timestamps is placed by the playlist") {
  SimWorld world;
  world.transport->serve([&](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.find("packed") == std::string::npos) return std::nullopt;
    if (request.url.find(".m3u8") != std::string::npos) {
      std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
      for (int i = 0; i < 5; ++i) text += "#EXTINF:4,\npacked" + std::to_string(i) + ".aac\n";
      return text_answer(text + "#EXT-X-ENDLIST\n");
    }
    SimSegmentSpec spec;  // every segment begins at 0
    spec.kind = TrackKind::kAudio;
    spec.samples = 200;
    spec.samples_per_gop = 1;
    return text_answer(make_sim_segment(spec));
  });
  world.start_app();
  world.load_url("http://cdn.test/packed.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(20).epsilon(0.01));
}

TEST_CASE("sim: a segment that breaks off every time is skipped, without a storm of requests") {
  SimTitle title;
  title.bitrates_bps = {900'000};
  SimWorld world(1, title);
  SimFault breaks;
  breaks.url_contains = "v0-3.seg";
  breaks.break_after = 0;
  world.transport->add_fault(breaks);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(20min));
  CHECK(world.screen->shown().size() >= 2900);
  int requests = 0;
  for (const std::string& url : world.media_requests()) {
    if (url.find("v0-3.seg") != std::string::npos) ++requests;
  }
  CHECK(requests < 100);
}

}  // namespace
}  // namespace playhead::test
