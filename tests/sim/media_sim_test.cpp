// SPDX-License-Identifier: Apache-2.0
// What segments hold, and what becomes of it in demuxers, decoders and devices.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

double heard_s(SimWorld& world) {
  const int64_t played = world.speaker->frames_played(world.executor.now());
  return static_cast<double>(played - world.speaker->silent_frames()) / 48'000;
}

TEST_CASE("sim: muxed segments play picture and sound, through seeks and switches") {
  SimDash dash;
  dash.periods[0].duration_us = 60'000'000;
  dash.periods[0].is_muxed = true;
  dash.periods[0].video = {{400'000}, {2'000'000}};
  SimLink link;
  link.phases = {{6s, 6'000'000, 40ms}, {12s, 900'000, 40ms}};
  SimWorld world(1, {}, link);
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 60 * 25);
  CHECK(heard_s(world) == doctest::Approx(60).epsilon(0.01));
  world.screen->forget();
  world.forget_events();
  world.player->seek(MediaTime{30'500'000});
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == (60 - 30) * 25 - 12);
  CHECK(heard_s(world) == doctest::Approx(29.5).epsilon(0.01));
}

TEST_CASE("sim: muxed segments that fail are replaced without a repeated picture") {
  for (const int64_t after : {0, 30'000, 90'000}) {
    CAPTURE(after);
    SimDash dash;
    dash.periods[0].duration_us = 40'000'000;
    dash.periods[0].is_muxed = true;
    dash.periods[0].video = {{400'000}, {900'000}};
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimFault breaks;
    breaks.url_contains = "p0-v1-4.seg";
    breaks.break_after = after;
    world.transport->add_fault(breaks);
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(10min));
    const auto& shown = world.screen->shown();
    CHECK(shown.size() == 40 * 25);
    for (std::size_t i = 1; i < shown.size(); ++i) REQUIRE(shown[i - 1].time < shown[i].time);
    // It may begin anew where it ran out.
    CHECK(world.speaker->heard_s(world.executor.now()) == doctest::Approx(40).epsilon(0.01));
  }
}

// A media playlist of three discontinuity sequences whose container times restart.
std::optional<WebAnswer> discontinuous(const WebRequest& request, bool is_muxed) {
  constexpr int64_t kStarts[] = {90'000'000, 0, 3'600'000'000};
  if (request.url.find("cuts.test") == std::string::npos) return std::nullopt;
  int number = 0;
  if (request.url.find(".m3u8") != std::string::npos) {
    std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
    for (int i = 0; i < 9; ++i) {
      if (i > 0 && i % 3 == 0) text += "#EXT-X-DISCONTINUITY\n";
      text += "#EXTINF:4,\n" + std::to_string(i) + ".seg\n";
    }
    return text_answer(text + "#EXT-X-ENDLIST\n");
  }
  number = std::stoi(request.url.substr(request.url.rfind('/') + 1));
  SimSegmentSpec spec;
  spec.start_us = kStarts[number / 3] + number % 3 * 4'000'000;
  spec.codec_config = "part" + std::to_string(number / 3);
  spec.muxed_audio_samples = is_muxed ? 200 : 0;
  return text_answer(make_sim_segment(spec));
}

TEST_CASE("sim: HLS discontinuities whose container times restart are one timeline") {
  for (const bool is_muxed : {false, true}) {
    CAPTURE(is_muxed);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.transport->serve(
        [=](const WebRequest& request) { return discontinuous(request, is_muxed); });
    world.start_app();
    world.load_url("http://cuts.test/list.m3u8");
    REQUIRE(world.run_until_event<Ended>(5min));
    const auto& shown = world.screen->shown();
    REQUIRE(shown.size() == 36 * 25);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      REQUIRE(shown[i].time == MediaTime{static_cast<int64_t>(i) * 40'000});
    }
    CHECK(world.status()->qoe.rebuffer_count == 0);
    if (is_muxed) CHECK(heard_s(world) == doctest::Approx(36).epsilon(0.01));
    world.forget_events();
    world.screen->forget();
    world.player->seek(MediaTime{13'000'000});
    REQUIRE(world.run_until_event<SeekDone>(10s));
    CHECK(world.screen->shown().front().time == MediaTime{13'000'000});
  }
}

// Two tracks, cut after each 4 s; the host refuses pictures from the second stretch on.
std::optional<WebAnswer> refusing(const WebRequest& request) {
  const std::string& url = request.url;
  if (url.find("cuts.test") == std::string::npos) return std::nullopt;
  if (url.find("master.m3u8") != std::string::npos) {
    return text_answer(
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",DEFAULT=YES,"
        "AUTOSELECT=YES,URI=\"a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=500000,"
        "CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"a\"\nv.m3u8\n");
  }
  const std::string name = url.substr(url.rfind('/') + 1);
  const bool is_video = name[0] == 'v';
  if (name.find(".m3u8") != std::string::npos) {
    std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
    for (int i = 0; i < 9; ++i) {
      text += std::string(i > 0 ? "#EXT-X-DISCONTINUITY\n" : "") + "#EXTINF:4,\n" + name[0] +
              std::to_string(i) + ".seg\n";
    }
    return text_answer(text + "#EXT-X-ENDLIST\n");
  }
  const int number = std::stoi(name.substr(1));
  if (is_video && number > 0) return status_answer(403);
  SimSegmentSpec spec;
  spec.start_us = int64_t{number} * 1'000'000'000;
  spec.codec_config = name.substr(0, 1);
  if (!is_video) {
    spec.kind = TrackKind::kAudio;
    spec.samples = 200;
    spec.samples_per_gop = 1;
  }
  return text_answer(make_sim_segment(spec));
}

TEST_CASE("N11 sound behind a discontinuity does not wait for pictures that are refused") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.transport->serve(refusing);
  world.start_app();
  world.load_url("http://cuts.test/master.m3u8");
  REQUIRE(world.run_until_event<Failed>(20s));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kForbidden);
  CHECK(world.screen->shown().size() > 90);  // what was there of the first stretch
}

TEST_CASE("A01 decoders that fail on damaged bytes") {
  struct Case {
    const char* name;
    SimCodecTroubles troubles;
    bool ends;  // else it fails
    std::size_t least_pictures, most_pictures;
    double heard_s;
    int stalls = 0;
  };
  SimCodecTroubles bad_picture;
  bad_picture.bad_video_sample = 100;
  SimCodecTroubles no_picture = bad_picture;
  no_picture.severity = Severity::kFatal;
  SimCodecTroubles lost_decoder = no_picture;
  lost_decoder.bad_decoders = 1;
  SimCodecTroubles bad_sound;
  bad_sound.bad_audio_sample = 100;
  SimCodecTroubles no_sound = bad_sound;
  no_sound.severity = Severity::kFatal;
  SimCodecTroubles lost_sound = no_sound;
  lost_sound.bad_decoders = 1;
  const Case cases[] = {
      {"one picture", bad_picture, true, 499, 499, 20},
      {"all pictures", no_picture, false, 90, 400, 9, 3},
      {"all pictures, until there is another decoder", lost_decoder, true, 500, 505, 20, 1},
      {"one piece of sound", bad_sound, true, 500, 500, 19.98},
      {"all sound", no_sound, true, 495, 500, 9.9, 3},
      {"all sound, until there is another decoder", lost_sound, true, 495, 500, 19.9, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.codecs = c.troubles;
    world.start_app();
    world.load_dash(SimDash());
    const bool is_over =
        c.ends ? world.run_until_event<Ended>(5min) : world.run_until_event<Failed>(5min);
    CHECK(is_over);
    CHECK(world.screen->shown().size() >= c.least_pictures);
    CHECK(world.screen->shown().size() <= c.most_pictures);
    const double heard = world.speaker->heard_s(world.executor.now());
    CHECK(heard == doctest::Approx(c.heard_s).epsilon(0.15));
    CHECK(world.all<Failed>().size() == (c.ends ? 0 : 1));
    if (c.ends) CHECK(world.find<Warning>()->error.code == ErrorCode::kDecodeFailed);
    CHECK(world.status()->qoe.rebuffer_count == c.stalls);
  }
}

TEST_CASE("A14 A01 a Representation whose pictures cannot be decoded is left for another") {
  struct Case {
    const char* name;
    int bad_sample, in_a_row;
    Severity severity;
  };
  const Case cases[] = {
      {"the decoder fails at once", 1, 1, Severity::kFatal},
      {"the decoder fails after a while", 150, 1, Severity::kFatal},
      {"one picture in each segment is damaged", 20, 1'000, Severity::kRecoverable},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimTitle title;
    title.bitrates_bps = {400'000, 900'000, 1'800'000, 3'000'000};
    SimWorld world(1, title, SimLink::constant(20'000'000));
    world.codecs.bad_video_sample = c.bad_sample;
    world.codecs.bad_in_a_row = c.in_a_row;
    world.codecs.severity = c.severity;
    world.codecs.bad_config = "v3";
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.find<Failed>() == nullptr);
    const auto changes = world.all<RepresentationChanged>();
    REQUIRE_FALSE(changes.empty());
    CHECK(changes.back().id == "v2");
    const auto urls = world.media_requests();
    // What was buffered of it, once more a minute later, and then no more of the title's thirty.
    CHECK(std::count_if(urls.begin(), urls.end(), [](const std::string& url) {
            return url.find("/v3-") != std::string::npos;
          }) <= 20);
    CHECK(world.screen->shown().back().time > MediaTime{119'000'000});
    CHECK(world.status()->qoe.rebuffer_time < 2s);
  }
}

TEST_CASE("A03 M19 a Representation of another codec than its manifest says is left for another") {
  for (const bool has_other : {true, false}) {
    CAPTURE(has_other);
    SimTitle title;
    title.bitrates_bps = {400'000, 900'000};
    if (!has_other) title.bitrates_bps.erase(title.bitrates_bps.begin());
    SimWorld world(1, title, SimLink::constant(20'000'000));
    world.codecs.unknown_config = has_other ? "v1" : "v0";
    world.start_app();
    world.load_url(world.title.url());
    const auto asked = [&world](const char* name) {
      const auto urls = world.media_requests();
      return std::count_if(urls.begin(), urls.end(), [name](const std::string& url) {
        return url.find(name) != std::string::npos;
      });
    };
    if (!has_other) {
      REQUIRE(world.run_until_event<Failed>(1min));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kCodecUnsupported);
      CHECK(asked("/v0-") <= 20);
      continue;
    }
    const bool has_ended = world.run_until_event<Ended>(5min);
    INFO(world.log());
    REQUIRE(has_ended);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.screen->shown().back().time > MediaTime{119'000'000});
    CHECK(world.screen->shown().size() >= 115 * 25);
    CHECK(asked("/v1-") <= 20);
    CHECK(world.status()->qoe.rebuffer_time < 2s);
  }
}

TEST_CASE("A14 sound that no decoder takes: another Representation, else none, and it is told") {
  struct Case {
    const char* name;
    bool has_other;
    double least_heard_s;
    std::size_t warnings;  // of lost decoders
  };
  const Case cases[] = {{"another one is good", true, 17, 2}, {"there is no other", false, 0, 5}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimDash dash;
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.codecs.bad_audio_sample = 1;
    world.codecs.severity = Severity::kFatal;
    if (c.has_other) world.codecs.bad_decoders = 2;
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.screen->shown().size() >= 495);
    CHECK(world.speaker->heard_s(world.executor.now()) >= c.least_heard_s);
    const auto warnings = world.all<Warning>();
    REQUIRE(warnings.size() == c.warnings);
    const std::string last = warnings.back().error.context;
    CHECK((last.find("without sound") != std::string::npos) == !c.has_other);
  }
}

TEST_CASE("A15 without a sound device the pictures play, in time") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.speaker->unplug();
  world.load_dash(SimDash());
  REQUIRE(world.run_until_event<Ended>(5min));
  CHECK(world.screen->shown().size() == 20 * 25);
  CHECK(world.find<Warning>()->error.code == ErrorCode::kAudioOutput);
  CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(20).epsilon(0.01));
}

TEST_CASE("sim: a demuxer whose results come late costs nothing but start-up") {
  for (const Duration delay : {Duration{5ms}, Duration{200ms}, Duration{1s}}) {
    CAPTURE(delay.count());
    SimDash dash;
    dash.periods.resize(2);
    dash.periods[0].video = {{400'000}, {2'000'000, 6'000'000}};
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.codecs.demux_delay = delay;
    world.start_app();
    world.load_dash(dash);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    CHECK(world.find<FirstFrame>()->startup < 1s + delay);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.screen->shown().size() == 40 * 25);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    world.forget_events();
    world.player->seek(MediaTime{19'000'000});
    world.run_for(50ms);
    world.player->seek(MediaTime{5'000'000});  // what is still to come belongs to the other place
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.status()->qoe.dropped_frames == 0);
  }
}

TEST_CASE("A04 segments that do not begin with a key frame") {
  SimDash dash;
  dash.periods[0].duration_us = 40'000'000;
  dash.periods[0].video = {{400'000}, {2'000'000}};
  dash.periods[0].first_key_frame = 20;
  for (const int start_s : {0, 9}) {
    CAPTURE(start_s);
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    world.start_app();
    world.load_dash(dash, Duration{int64_t{start_s} * 1'000'000});
    REQUIRE(world.run_until_event<Ended>(5min));
    // What comes before the first key frame, at the start and after each switch, cannot be seen.
    const auto lost = static_cast<std::size_t>(20 * (1 + world.status()->qoe.switches));
    CHECK(world.screen->shown().size() + lost >= static_cast<std::size_t>(40 - start_s) * 25);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    CHECK(to_seconds(world.status()->qoe.play_time) == doctest::Approx(40 - start_s).epsilon(0.03));
  }
}

TEST_CASE("A14 a decoder that never answers is freed, step by step, or ends the play within 10 s") {
  using Until = SimCodecTroubles::StuckUntil;
  struct Case {
    const char* name;
    int sample;  // at the start, or in the middle
    Until until;
    bool recovers;
    std::size_t warnings;
  };
  const Case cases[] = {{"a nudge frees it, in the middle", 50, Until::kFlush, true, 0},
                        {"a nudge frees it, at the start", 1, Until::kFlush, true, 1},
                        {"a new decoder does", 50, Until::kNewDecoder, true, 2},
                        {"nothing does", 50, Until::kNever, false, 2},
                        {"nothing does, at the start", 1, Until::kNever, false, 3}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimTitle title;
    title.bitrates_bps = {900'000};  // another one would have a decoder of its own
    SimWorld world(1, title, SimLink::constant(8'000'000));
    world.codecs.stuck_video_sample = c.sample;
    world.codecs.stuck_until = c.until;
    world.start_app();
    world.load_title();
    const MonotonicTime began = world.executor.now();
    if (c.recovers) {
      REQUIRE(world.run_until_event<Ended>(5min));
      CHECK(world.find<Failed>() == nullptr);
      CHECK(world.all<Warning>().size() == c.warnings);
      CHECK(world.executor.now() - began < 120s + 15s);
    } else {
      REQUIRE(world.run_until_event<Failed>(60s));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kStalled);
      // The first attempt comes 2 s after the first moment that pictures were owed, the end 10 s
      // after it, also where a new decoder has given two seconds of them in between.
      std::vector<MonotonicTime> tries;
      for (const Event& event : world.events) {
        if (std::holds_alternative<Warning>(event.payload)) tries.push_back(event.time);
      }
      CHECK(tries.size() == c.warnings);
      const MonotonicTime owed = tries.at(0) - 2s;
      CHECK(world.executor.now() - owed == 10s);
      CHECK(owed - began < 5s);
    }
    for (const Warning& warning : world.all<Warning>()) {
      CHECK(warning.error.code == ErrorCode::kStalled);
    }
  }
}

TEST_CASE("A14 a decoder slower than time skips to what is due, and nothing piles up") {
  SimTitle title;
  title.bitrates_bps = {400'000};
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.codecs.slow_above_bytes = 1;
  world.service.titles["m1"] = {title.url(), 120.0};
  PlayerConfig config;
  config.buffering.target = 10s;
  config.buffering.back = 0s;
  world.start_app(config);
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  const int64_t bytes = 20 * (400'000 + 128'000) / 8;
  for (int second = 0; second < 118; ++second) {
    world.run_for(1s);
    CAPTURE(second);
    const auto status = world.status();
    // A group of pictures is 2 s long, and a second is waited.
    CHECK(status->position - world.screen->shown().back().time < 3500ms);
    CHECK(status->buffered_bytes < bytes);
    CHECK(status->position.us <= title.duration_us());
  }
  REQUIRE(world.run_until_event<Ended>(10s));
  CHECK(world.status()->qoe.dropped_frames > 100);
  const auto reports = world.all<ProgressSent>();
  REQUIRE(reports.size() > 20);
  for (std::size_t i = 1; i < reports.size(); ++i) {
    CHECK(reports[i - 1].position <= reports[i].position);
  }
}

}  // namespace
}  // namespace playhead::test
