// SPDX-License-Identifier: Apache-2.0
// What the flight recorder writes of simulated sessions with faults is played again; what was
// changed in it is found.
#include "sim/replay/replay.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>

#include "decode/ffmpeg_caption_decoder.h"
#include "player/client_impl.h"
#include "sim/swarm/swarm.h"
#include "support/scripted_library.h"
#include "support/sim_world.h"
#include "support/temp_folder.h"

namespace playhead::swarm {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Recordings of a session, one for each life of its app.
std::vector<std::string> record(uint64_t seed, int minutes, std::optional<std::set<int>> faults,
                                int64_t max_bytes = kDefaultRecordingBytes) {
  const test::TempFolder folder;
  ScenarioOptions options;
  options.length = std::chrono::minutes(minutes);
  Scenario scenario = draw_scenario(seed, options);
  if (faults) scenario = with_faults(scenario, *faults);
  RunOptions run;
  run.record = folder.path() + "/flight";
  run.record_bytes = max_bytes;
  (void)run_session(scenario, run);
  std::vector<std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    texts.push_back(text_of(entry.path().string()));
  }
  return texts;
}

const std::string& quiet_recording() {
  static const std::string text = record(1, 1, std::set<int>{}).front();
  return text;
}

std::string told(const replay::Outcome& outcome) {
  std::ostringstream out;
  replay::print(out, outcome);
  return out.str();
}

TEST_CASE("recorder: sessions with faults are played again to the same events") {
  int64_t events = 0;
  for (const uint64_t seed : {1, 4, 5, 7, 11, 17, 19, 23}) {
    CAPTURE(seed);
    const auto texts = record(seed, 2, std::nullopt);
    REQUIRE(!texts.empty());
    for (const std::string& text : texts) {
      const auto recording = replay::parse_recording(text);
      REQUIRE(recording);
      CHECK(recording->end == "whole");
      const auto outcome = replay::play_again(*recording);
      INFO(told(outcome));
      CHECK(!outcome.divergence);
      events += outcome.events;
    }
  }
  CHECK(events > 200);
}

// A world whose app records.
struct RecordedWorld : test::SimWorld {
  using SimWorld::SimWorld;
  void start_recording(PlayerConfig settings = {}) {
    ClientConfig config;
    config.recording_path = folder.path() + "/flight";
    ClientDependencies world;
    world.executor = std::shared_ptr<Executor>(std::shared_ptr<void>(), &executor);
    world.transport = transport;
    world.store = std::shared_ptr<Store>(std::shared_ptr<void>(), &store);
    world.backend = backend;
    if (!backend) world.backend = std::make_shared<test::SimBackend>(codecs);
    client = *Client::create(std::move(config), std::move(world));
    screen = std::make_shared<test::CapturingVideoSink>(executor);
    speaker = std::make_shared<test::SimAudioSink>(executor);
    Sinks sinks;
    sinks.video = screen;
    sinks.audio = speaker;
    player = *Player::create(client, std::move(settings), std::move(sinks));
  }
  replay::Recording end_recording() {
    quit_app();
    run_for(1s);
    auto recording = replay::parse_recording(text_of(folder.path() + "/flight"));
    REQUIRE(recording);
    CHECK(recording->end == "whole");
    return *std::move(recording);
  }
  test::TempFolder folder;
};

TEST_CASE("recorder: a play that goes on from another CDN is played again") {
  for (const bool is_dash : {false, true}) {
    CAPTURE(is_dash);
    RecordedWorld world(1, {}, test::SimLink::constant(8'000'000));
    test::SimDash dash;
    dash.periods.front().duration_us = 120'000'000;
    const auto at_both = [&](const std::string& url) -> std::optional<std::string> {
      if (url == "http://m.test/m.mpd") {
        std::string mpd = *dash.body(dash.url());
        mpd.insert(mpd.find('>', mpd.find("<MPD")) + 1,
                   "<BaseURL serviceLocation='one'>http://zebra.test/title/</BaseURL>"
                   "<BaseURL serviceLocation='two'>http://ant.test/title/</BaseURL>");
        return mpd;
      }
      if (url == "http://m.test/m.m3u8") {
        std::string playlist = "#EXTM3U\n";
        for (const char* host : {"zebra", "ant"}) {
          playlist += "#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.64001f\"\nhttp://" +
                      std::string(host) + ".test/title/v1.m3u8\n";
        }
        return playlist;
      }
      const std::size_t path = url.find(".test/title/");
      if (path == std::string::npos) return std::nullopt;
      const std::string name = url.substr(path + 12);
      return is_dash ? dash.body(dash.base_url + name)
                     : world.title.body(world.title.base_url + name);
    };
    world.transport->serve([&](const test::WebRequest& request) -> std::optional<test::WebAnswer> {
      const auto body = at_both(request.url);
      return body ? std::optional(test::text_answer(*body)) : std::nullopt;
    });
    world.start_recording();
    world.load_url(is_dash ? "http://m.test/m.mpd" : "http://m.test/m.m3u8");
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(13s);
    world.take_down("zebra.test", 40s);
    world.run_for(80s);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    const auto urls = world.media_requests();
    CHECK(std::count_if(urls.begin(), urls.end(), [](const std::string& url) {
            return url.find("ant.test") != std::string::npos;
          }) > 3);
    const auto recording = world.end_recording();
    const auto outcome = replay::play_again(recording);
    INFO(told(outcome));
    CHECK(!outcome.divergence);
    CHECK(outcome.events > 20);
  }
}

// Pictures of H.264 with captions: each two seconds "HI" comes in CC1, and goes.
class CaptionBackend final : public MediaBackend {
 public:
  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override {
    auto mine = std::make_shared<DemuxerCallbacks>(std::move(callbacks));
    DemuxerCallbacks given;
    given.on_streams = [mine](std::vector<StreamInfo> streams) {
      for (StreamInfo& stream : streams) {
        if (stream.kind == TrackKind::kVideo) stream.codec = "h264";
      }
      mine->on_streams(std::move(streams));
    };
    given.on_samples = [mine](std::vector<EncodedSample> samples) {
      for (EncodedSample& sample : samples) {
        if (sample.kind == TrackKind::kVideo) sample.data = picture(sample.pts_ticks / 40'000 % 50);
      }
      mine->on_samples(std::move(samples));
    };
    given.on_end = [mine](Result<void> result) { mine->on_end(std::move(result)); };
    return inner_.open_demuxer(std::move(input), executor, std::move(given));
  }
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override {
    StreamInfo simulated = stream;
    simulated.codec = "sim";
    return inner_.open_video_decoder(simulated, std::move(decryptor), executor,
                                     std::move(callbacks));
  }
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override {
    return inner_.open_audio_decoder(stream, output, std::move(decryptor), executor,
                                     std::move(callbacks));
  }
  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override {
    return FfmpegCaptionDecoder::open();
  }
  [[nodiscard]] bool supports(const std::string& codec) const override {
    return inner_.supports(codec);
  }

 private:
  // With odd parity.
  static SharedBytes picture(int64_t number) {
    static const std::map<int64_t, std::pair<uint8_t, uint8_t>> kPairs = {
        {0, {0x94, 0x20}},  {1, {0x94, 0x20}},  {2, {0x94, 0xae}}, {3, {0x94, 0xae}},
        {4, {0x94, 0x70}},  {5, {0x94, 0x70}},  {6, {0xc8, 0x49}}, {10, {0x94, 0x2f}},
        {11, {0x94, 0x2f}}, {30, {0x94, 0x2c}}, {31, {0x94, 0x2c}}};
    const auto found = kPairs.find(number);
    const auto [first, second] =
        found == kPairs.end() ? std::pair<uint8_t, uint8_t>{0x80, 0x80} : found->second;
    return SharedBytes(std::vector<uint8_t>{
        0,    0,    1,    6,     4,      14,   0xb5, 0, 0x31, 'G', 'A',  '9', '4', 3,
        0x41, 0xff, 0xfc, first, second, 0xff, 0x80, 0, 0,    1,   0x41, 1,   2,   3});
  }

  test::SimBackend inner_;
};

TEST_CASE("recorder: captions come and go as they did, and nobody can read them") {
  test::SimTitle title;
  title.captions = {"en"};
  RecordedWorld world(1, title);
  world.backend = std::make_shared<CaptionBackend>();
  PlayerConfig settings;
  settings.text_language = "en";
  world.start_recording(settings);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  const auto changes = world.all<CuesChanged>();
  REQUIRE(changes.size() >= 16);
  REQUIRE(!changes.front().cues.empty());
  CHECK(plain_text(*changes.front().cues.front()) == "HI");
  const auto recording = world.end_recording();
  const std::string text = text_of(world.folder.path() + "/flight");
  CHECK(text.find("01c849") == std::string::npos);
  CHECK(text.find("01f8f8") != std::string::npos);
  const auto outcome = replay::play_again(recording);
  INFO(told(outcome));
  CHECK(!outcome.divergence);
}

TEST_CASE("recorder: a download is played again, and ends as it did") {
  for (const bool is_followed : {false, true}) {
    CAPTURE(is_followed);
    RecordedWorld world;
    const auto library = std::make_shared<test::ScriptedLibrary>(world.executor);
    library->manifest_url = world.title.url();
    library->title_id.clear();
    library->keeps = [](const std::string& id) { return id.find('3') == std::string::npos; };
    library->disk.serve([&](const test::WebRequest& request) -> std::optional<test::WebAnswer> {
      const auto body = world.title.body(request.url);
      return body ? std::optional(test::text_answer(*body)) : std::nullopt;
    });
    world.start_recording();
    world.client->impl().set_library(library);
    PlaySource source;
    source.download_id = "d-1";
    world.player->load(source);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(10s);
    if (is_followed) {
      world.player->seek(MediaTime{60'000'000});
      world.run_for(10s);
      world.load_url(world.title.url());
      world.run_for(10s);
    } else {
      library->ends_at = world.executor.now() + 3s;
      REQUIRE(world.run_until_event<Failed>(10s));
    }
    const auto recording = world.end_recording();
    const auto outcome = replay::play_again(recording);
    INFO(told(outcome));
    CHECK(!outcome.divergence);
    CHECK(outcome.events > 10);
  }
}

TEST_CASE("recorder: what is changed in a recording is found") {
  struct Case {
    const char* name;
    // Of the first step of that kind after the first frame, its line after the change.
    void (*change)(replay::RecordedStep&);
    bool (*is_meant)(const replay::RecordedStep&);
  };
  const Case cases[] = {
      {"the time of an event",
       [](replay::RecordedStep& step) { step.events.front().insert(2, "1"); },
       [](const replay::RecordedStep& step) { return !step.events.empty(); }},
      {"an event that never was",
       [](replay::RecordedStep& step) { step.events.emplace_back("1,0,0,ended,0"); },
       [](const replay::RecordedStep& step) { return step.events.empty(); }},
      {"what was asked for",
       [](replay::RecordedStep& step) { step.effects.front().replace(0, 1, "Q"); },
       [](const replay::RecordedStep& step) {
         return !step.effects.empty() && step.effects.front().front() == 'R';
       }},
      {"how much of the sound was heard",
       [](replay::RecordedStep& step) {
         for (auto& effect : step.effects) {
           if (effect.rfind("f1=", 0) == 0) effect = "f1=1";
         }
       },
       [](const replay::RecordedStep& step) {
         return std::any_of(step.effects.begin(), step.effects.end(), [](const auto& effect) {
           return effect.rfind("f1=", 0) == 0 && effect.size() > 8;
         });
       }},
      {"when something came", [](replay::RecordedStep& step) { step.at = step.at + 1s; },
       [](const replay::RecordedStep& step) {
         return step.kind == 'T' &&
                std::any_of(step.effects.begin(), step.effects.end(),
                            [](const auto& effect) { return effect[0] == 't'; });
       }},
      {"a task that never ran", [](replay::RecordedStep& step) { step.kind = 'X'; },
       [](const replay::RecordedStep& step) { return step.kind == 't'; }},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    auto recording = replay::parse_recording(quiet_recording());
    REQUIRE(recording);
    auto& steps = recording->steps;
    const auto found = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2),
                                    steps.end(), c.is_meant);
    REQUIRE(found != steps.end());
    c.change(*found);
    const auto outcome = replay::play_again(*recording);
    REQUIRE(outcome.divergence);
    // There, or soon where it shows.
    CHECK(outcome.divergence->line >= found->line);
    CHECK(outcome.divergence->line < found->line + 200);
    CHECK(told(outcome).find("expected: ") != std::string::npos);
  }
}

TEST_CASE("recorder: a recording that is full ends, says so, and plays up to there") {
  constexpr int64_t kBytes = 100'000;
  const std::string text = record(1, 1, std::set<int>{}, kBytes).front();
  CHECK(static_cast<int64_t>(text.size()) <= kBytes + 20);
  CHECK(static_cast<int64_t>(text.size()) > kBytes / 2);
  const auto recording = replay::parse_recording(text);
  REQUIRE(recording);
  CHECK(recording->end == "full");
  const auto outcome = replay::play_again(*recording);
  INFO(told(outcome));
  CHECK(!outcome.divergence);
  CHECK(outcome.steps > 100);
  CHECK(told(outcome).find("largest size") != std::string::npos);
}

TEST_CASE("recorder: nothing of the service, the title and the hosts is in a recording") {
  for (const uint64_t seed : {4, 5, 11}) {
    for (const std::string& text : record(seed, 1, std::nullopt)) {
      for (const char* secret :
           {"canary-token", "cdn", "api.test", ".test", "movie_id", "Bearer", "/api/", "live/"}) {
        CAPTURE(secret);
        CHECK(text.find(secret) == std::string::npos);
      }
    }
  }
}

TEST_CASE("recorder: files that are no whole recordings are told apart") {
  const std::string& whole = quiet_recording();
  const std::size_t middle = whole.find('\n', whole.size() / 2) + 1;
  struct Case {
    const char* name;
    std::string text;
    std::optional<ErrorCode> error;
  };
  const Case cases[] = {
      {"empty", "", ErrorCode::kInvalidArgument},
      {"something else", "#EXTM3U\n", ErrorCode::kInvalidArgument},
      {"bytes", std::string(5000, '\xff'), ErrorCode::kInvalidArgument},
      {"of a later format", "playhead-recording 2 9.0.0 1\n", ErrorCode::kVersionMismatch},
      {"no time", "playhead-recording 1 0.1.0 soon\n", ErrorCode::kInvalidArgument},
      {"a line that is none", "playhead-recording 1 0.1.0 1\nt\n", ErrorCode::kInvalidArgument},
      {"a time that overflows", "playhead-recording 1 0.1.0 1\nt 9223372036854775807\n",
       ErrorCode::kInvalidArgument},
      {"a body of odd digits", "playhead-recording 1 0.1.0 1\nH 1 abc\n",
       ErrorCode::kInvalidArgument},
      {"more after its end", whole + "t 1\n", ErrorCode::kInvalidArgument},
      {"broken off after a line", whole.substr(0, middle), std::nullopt},
      {"broken off within one", whole.substr(0, middle + 3), std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto recording = replay::parse_recording(c.text);
    REQUIRE(recording.has_value() == !c.error.has_value());
    if (c.error) {
      CHECK(recording.error().code == *c.error);
      CHECK(!recording.error().context.empty());
      continue;
    }
    const auto outcome = replay::play_again(*recording);
    CHECK(!outcome.divergence);
    CHECK(told(outcome).find("breaks off") != std::string::npos);
  }
}

TEST_CASE("recorder: damaged recordings end in a sentence, never in a crash") {
  const std::string& whole = quiet_recording();
  test::VirtualExecutor dice(7);
  for (int i = 0; i < 60; ++i) {
    std::string text = whole.substr(0, whole.size() / 3);
    for (int k = 0; k < 3; ++k) {
      const auto at = 40 + static_cast<std::size_t>(dice.random() % (text.size() - 40));
      text[at] = static_cast<char>(dice.random() % 256);
    }
    const auto recording = replay::parse_recording(text);
    if (!recording) {
      CHECK(!recording.error().context.empty());
      continue;
    }
    (void)told(replay::play_again(*recording));
  }
}

}  // namespace
}  // namespace playhead::swarm
