// SPDX-License-Identifier: Apache-2.0
// Media that is not what its playlist promises.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

// HLS: ten segments of 4 s, pictures and sound apart. `change` makes of each what is wrong with it.
using Change = std::function<void(int number, SimSegmentSpec& spec, bool& is_empty)>;

void serve(SimWorld& world, Change change) {
  world.transport->serve([=](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.find("odd.test") == std::string::npos) return std::nullopt;
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    if (name == "main.m3u8") {
      return text_answer(
          "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"E\",DEFAULT=YES,"
          "URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=500000,AUDIO=\"a\"\nv.m3u8\n");
    }
    if (name.find(".m3u8") != std::string::npos) {
      std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
      for (int i = 0; i < 10; ++i) {
        text += "#EXTINF:4,\n" + name.substr(0, 1) + std::to_string(i) + ".seg\n";
      }
      return text_answer(text + "#EXT-X-ENDLIST\n");
    }
    const int number = std::stoi(name.substr(1));
    SimSegmentSpec spec;
    spec.kind = name[0] == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    spec.samples = name[0] == 'v' ? 100 : 200;
    spec.start_us = number * 4'000'000;
    bool is_empty = false;
    change(number, spec, is_empty);
    return text_answer(is_empty ? std::string() : make_sim_segment(spec));
  });
}

TEST_CASE("A02 a segment of no bytes is a gap, not the end") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool& is_empty) {
    is_empty = number == 5 && spec.kind == TrackKind::kVideo;
  });
  world.start_app();
  world.load_url("http://odd.test/main.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 9 * 100);
  CHECK(world.screen->shown().back().time == MediaTime{39'960'000});
  CHECK(world.find<Warning>() != nullptr);
  CHECK(world.find<Failed>() == nullptr);
}

// 0xffffffff ticks of 90 kHz, as a broken trun box has them.
constexpr int64_t kHalfADayUs = 47'721'858'000;

TEST_CASE("A10 a last picture that claims to last for hours does not keep the title from ending") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool&) {
    if (number == 9 && spec.kind == TrackKind::kVideo) spec.last_duration_us = kHalfADayUs;
  });
  world.start_app();
  world.load_url("http://odd.test/main.m3u8");
  REQUIRE(world.run_until_event<Ended>(1min));
  CHECK(world.screen->shown().size() == 10 * 100);
}

TEST_CASE("A10 N10 nor does one in the middle hide for hours that nothing more can be had") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool&) {
    if (number == 3 && spec.kind == TrackKind::kVideo) spec.last_duration_us = kHalfADayUs;
  });
  for (const char* name : {"4.seg", "5.seg", "6.seg", "7.seg", "8.seg", "9.seg"}) {
    world.fail_requests(name, 404);
  }
  world.start_app();
  world.load_url("http://odd.test/main.m3u8");
  REQUIRE(world.run_until_event<Failed>(1min));
  CHECK(world.screen->shown().size() >= 4 * 100 - 25);
}

TEST_CASE("A10 nor does it count as what a seek leads to") {
  SimWorld world(1, {}, SimLink::constant(1'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool&) {
    if (number == 0) spec.last_duration_us = kHalfADayUs;
  });
  world.start_app();
  world.load_url("http://odd.test/v.m3u8");
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(1s);
  world.screen->forget();
  world.player->seek(MediaTime{34'000'000});
  REQUIRE(world.run_until_event<SeekDone>(10s));
  REQUIRE_FALSE(world.screen->shown().empty());
  CHECK(world.screen->shown().front().time == MediaTime{34'000'000});
  const auto urls = world.media_requests();
  CHECK(std::none_of(urls.begin(), urls.end(), [](const std::string& url) {
    return url.find("v5.seg") != std::string::npos;  // between here and there
  }));
}

TEST_CASE("A08 sound that begins five seconds after the pictures, or before them") {
  for (const int64_t offset_us : {5'000'000, -5'000'000}) {
    CAPTURE(offset_us);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, [=](int, SimSegmentSpec& spec, bool&) {
      if (spec.kind == TrackKind::kAudio) spec.start_us += offset_us;
      spec.start_us += 10'000'000;  // container times are not below 0
    });
    world.start_app();
    world.load_url("http://odd.test/main.m3u8");
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->startup < 1s);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.screen->shown().size() == 10 * 100);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    // What there is of it is heard in its place.
    CHECK(world.speaker->heard_s(world.executor.now()) >= 34.9);
  }
}

TEST_CASE("sim: M24 what is there behind a hole is not fetched again to get there") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  serve(world, [](int, SimSegmentSpec& spec, bool&) {
    if (spec.kind == TrackKind::kAudio) spec.samples = 10;
  });
  world.codecs.bad_audio_sample = 1;  // of 400 ms
  world.fail_requests("v0.seg", 404);
  world.start_app();
  world.load_url("http://odd.test/main.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  for (const char* name : {"v0.seg", "v1.seg", "a0.seg", "a1.seg"}) {
    CAPTURE(std::string(name));
    const auto urls = world.media_requests();
    CHECK(std::count(urls.begin(), urls.end(), std::string("http://odd.test/") + name) == 1);
  }
  CHECK(world.screen->shown().size() >= 9 * 100);  // the first one stood already
}

// Every picture and all of the sound of the ten segments, without a wait.
void check_whole_play(SimWorld& world) {
  const auto& shown = world.screen->shown();
  CHECK(shown.size() == 10 * 100);
  for (std::size_t i = 1; i < shown.size(); ++i) CHECK(shown[i].time - shown[i - 1].time == 40ms);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(40).epsilon(0.01));
}

TEST_CASE("A13 another resolution, sample rate or number of channels in the middle") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool&) {
    spec.codec_config = "config" + std::to_string(number / 3);
  });
  world.start_app();
  world.load_url("http://odd.test/main.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  check_whole_play(world);
  CHECK(world.find<Warning>() == nullptr);
}

TEST_CASE("A05 container times that jump without a discontinuity are taken to go on") {
  struct Case {
    const char* name;
    int64_t jump_us;
    int from;
    std::optional<TrackKind> only = {};
  };
  const Case cases[] = {{"an hour ahead", 3'600'000'000, 5},
                        {"ten seconds back", -10'000'000, 5},
                        {"sound alone, ahead", 3'600'000'000, 5, TrackKind::kAudio},
                        {"sound alone, back", -10'000'000, 5, TrackKind::kAudio},
                        {"pictures alone, ahead", 3'600'000'000, 5, TrackKind::kVideo},
                        {"pictures alone, back", -10'000'000, 5, TrackKind::kVideo}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, [&](int number, SimSegmentSpec& spec, bool&) {
      if (number >= c.from && (!c.only || c.only == spec.kind)) spec.start_us += c.jump_us;
      spec.start_us += 20'000'000;  // container times are not below 0
    });
    world.start_app();
    world.load_url("http://odd.test/main.m3u8");
    REQUIRE(world.run_until_event<Ended>(5min));
    check_whole_play(world);
    CHECK(world.find<PositionJumped>() == nullptr);
    // What a seek finds there is where the playlist says.
    world.screen->forget();
    world.forget_events();
    world.player->seek(MediaTime{30'000'000});
    REQUIRE(world.run_until_event<SeekDone>(5s));
    CHECK(world.screen->shown().front().time == MediaTime{30'000'000});
  }
}

TEST_CASE("A11 segments ten times as large as their bitrate says: the memory is bounded") {
  SimWorld world(1, {}, SimLink::constant(40'000'000));
  serve(world, [](int number, SimSegmentSpec& spec, bool&) {
    if (spec.kind == TrackKind::kVideo && number >= 2) spec.bytes = 2'500'000;
  });
  world.codecs.has_full_samples = true;
  PlayerConfig config;
  config.buffering.max_bytes = 4 << 20;
  world.start_app(config);
  world.load_url("http://odd.test/main.m3u8");
  const MonotonicTime began = world.executor.now();
  int64_t most = 0;
  while (world.find<Ended>() == nullptr) {
    REQUIRE(world.executor.now() - began < 5min);
    world.run_for(50ms);
    world.run_until_event<Ended>(0ms);
    most = std::max(most, world.status()->buffered_bytes);
  }
  // The cap, and what the link carries between two looks of the simulation.
  CHECK(most <= (4 << 20) + (1 << 20));
  CHECK(world.screen->shown().size() == 10 * 100);
  CHECK(world.find<Failed>() == nullptr);
}

// One segment of 100 s, of pictures of a megabyte each second, or of more.
void serve_whole(SimWorld& world, int64_t bytes, int samples_per_gop = 50) {
  world.transport->serve([=](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.find("whole.test") == std::string::npos) return std::nullopt;
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    if (name == "main.m3u8") {
      return text_answer(
          "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"E\",DEFAULT=YES,"
          "URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=8000000,AUDIO=\"a\"\nv.m3u8\n");
    }
    if (name.find(".m3u8") != std::string::npos) {
      return text_answer("#EXTM3U\n#EXT-X-TARGETDURATION:100\n#EXTINF:100,\n" + name.substr(0, 1) +
                         "0.seg\n#EXT-X-ENDLIST\n");
    }
    SimSegmentSpec spec;
    spec.kind = name[0] == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    spec.samples = name[0] == 'v' ? 2500 : 5000;
    spec.samples_per_gop = samples_per_gop;
    spec.duration_us = 100'000'000;
    spec.bytes = name[0] == 'v' ? bytes : 1'600'000;
    return text_answer(make_sim_segment(spec));
  });
}

TEST_CASE("A11 G16 a segment of 100 MB with 8 MiB allowed: it comes as it is played") {
  SimWorld world(1, {}, SimLink::constant(40'000'000));
  serve_whole(world, 100'000'000);
  world.codecs.has_full_samples = true;
  PlayerConfig config;
  config.buffering.max_bytes = 8 << 20;
  world.start_app(config);
  world.load_url("http://whole.test/main.m3u8");
  int64_t most = 0;
  Bitrate least{1'000'000'000};
  for (int i = 0; i < 1200 && world.find<Ended>() == nullptr; ++i) {
    world.run_until_event<Ended>(100ms);
    most = std::max(most, world.status()->buffered_bytes);
    if (i > 50 && world.find<Ended>() == nullptr) {
      least = std::min(least, world.status()->throughput);
    }
  }
  REQUIRE(world.find<Ended>() != nullptr);
  CHECK(most <= (8 << 20) + (1 << 20));
  CHECK(most > 7 << 20);
  CHECK(world.screen->shown().size() == 2500);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  // How slowly it was let in says nothing of the link.
  CHECK(least > Bitrate{20'000'000});
  // One request for each segment: nothing was given up and begun again.
  CHECK(world.media_requests().size() == 2);
}

TEST_CASE("A11 what was played gives way before what is coming is held back") {
  SimWorld world(1, {}, SimLink::constant(40'000'000));
  serve_whole(world, 100'000'000);
  world.codecs.has_full_samples = true;
  PlayerConfig config;
  config.buffering.max_bytes = 8 << 20;
  config.buffering.back = 30s;
  world.start_app(config);
  world.load_url("http://whole.test/main.m3u8");
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(15s);
  // A megabyte a second: an eighth is kept for the sound, and up to two seconds behind the position
  // are there since its key frame.
  Duration least = 1min;
  for (int i = 0; i < 100; ++i) {
    world.run_for(100ms);
    least = std::min(least, world.status()->video_buffer);
  }
  CHECK(least > 4500ms);
}

TEST_CASE("A11 what is allowed is less than a second: it plays all the same") {
  SimWorld world(1, {}, SimLink::constant(100'000'000));
  serve_whole(world, 240'000'000, 5);  // 2.4 MB a second
  world.codecs.has_full_samples = true;
  PlayerConfig config;
  config.buffering.max_bytes = 2 << 20;
  world.start_app(config);
  world.load_url("http://whole.test/main.m3u8");
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  int64_t most = 0;
  for (int i = 0; i < 100; ++i) {
    world.run_for(100ms);
    most = std::max(most, world.status()->buffered_bytes);
  }
  CHECK(most <= (2 << 20) + (1 << 20));
  CHECK(world.position_s() > 8);
}

// A thousand segments of a second whose EXTINF says so many µs.
SimTitle misdeclared(int64_t told_us, int segments = 1'000) {
  SimTitle title;
  title.segments = segments;
  title.segment_us = 1'000'000;
  for (const char* name : {"v0.m3u8", "v1.m3u8", "v2.m3u8", "v3.m3u8", "a-en.m3u8"}) {
    std::string text = *title.body(title.base_url + name);
    const std::string right = "#EXTINF:1.000000,";
    const std::string wrong = "#EXTINF:" + std::to_string(told_us / 1'000'000) + "." +
                              std::to_string(1'000'000 + told_us % 1'000'000).substr(1) + ",";
    for (std::size_t at = 0; (at = text.find(right, at)) != std::string::npos;) {
      text.replace(at, right.size(), wrong);
    }
    title.spoilt.emplace_back(name, text);
  }
  return title;
}

TEST_CASE("sim: playlists whose EXTINF is off the media by 12 ms a segment: no drift") {
  for (const int64_t told_us : {988'000, 1'012'000}) {
    CAPTURE(told_us);
    SimWorld world(1, misdeclared(told_us, 130), SimLink::constant(8'000'000));
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    const MonotonicTime begin = world.executor.now();
    world.run_for(100s);  // by what the playlist says 1.2 s off
    // What is shown is what the media's own times say, and so is the position.
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(std::abs(world.position_s() - to_seconds(world.executor.now() - begin)) < 0.2);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    const auto& shown = world.screen->shown();
    REQUIRE(shown.size() > 2'400);
    for (std::size_t i = 1; i < shown.size(); ++i) {
      REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
    }
    REQUIRE(world.run_until_event<Ended>(120s));
    CHECK(world.screen->shown().size() == 3'250);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("sim: a seek in such a title shows the moment that is asked for") {
  for (const int64_t told_us : {988'000, 1'012'000}) {
    CAPTURE(told_us);
    SimWorld world(1, misdeclared(told_us), SimLink::constant(8'000'000));
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(5s);
    world.screen->forget();
    world.player->seek(MediaTime{800'000'000});
    REQUIRE(world.run_until_event<SeekDone>(20s));
    world.run_for(10s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    REQUIRE_FALSE(world.screen->shown().empty());
    const auto& shown = world.screen->shown();
    CHECK(std::abs(to_seconds(shown.front().time - MediaTime{800'000'000})) < 0.1);
    for (std::size_t i = 1; i < shown.size(); ++i) {
      REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
    }
  }
}

TEST_CASE("N27 what is left when a page came for the lower ones is not waited for") {
  SimTitle title;
  title.bitrates_bps = {300'000, 20'000'000};
  SimWorld world(1, title, SimLink::constant(2'000'000));
  world.transport->meddle([](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    const bool is_hit = record.url.find("v0-5.seg") != std::string::npos;
    static constexpr const char* kPage = "<!DOCTYPE html><html>Please sign in.</html>";
    if (is_hit && record.started < MonotonicTime{} + 1'010s) answer = text_answer(kPage);
  });
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  const auto urls = world.media_requests();
  CHECK(std::count_if(urls.begin(), urls.end(), [](const std::string& url) {
          return url.find("v1-5.seg") != std::string::npos;
        }) == 2);
  CHECK(world.status()->qoe.rebuffer_time < 2s);
}

TEST_CASE("N10 sound that is missing does not keep a start from what it needs behind that") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  PlayerConfig config;
  config.buffering.start = config.buffering.after_rebuffer = 5s;
  config.buffering.target = 8s;
  world.fail_requests("a-en-5.seg", 404);
  world.start_app(config);
  // Half a second of sound, none for four, then four more: less than a start waits for.
  world.load_url(world.title.url(), 19'500ms);
  world.run_for(10s);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

}  // namespace
}  // namespace playhead::test
