// SPDX-License-Identifier: Apache-2.0
// The demo player's own logic, without a window or a network.
#include <cmath>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "browse_options.h"
#include "event_writer.h"
#include "null_audio_sink.h"
#include "options.h"
#include "played_frames.h"
#include "player_view.h"
#include "script.h"
#include "sdl_video_sink.h"
#include "status_line.h"
#include "text_format.h"

using namespace demo;
using nlohmann::json;

namespace {

ParsedOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "playhead-demo");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

playhead_event event_of(int32_t type) {
  playhead_event event = PLAYHEAD_EVENT_INIT;
  event.type = type;
  event.title_id = event.url = event.id = event.error_name = event.error_context = event.message =
      "";
  return event;
}

playhead_event change(int32_t from, int32_t to) {
  playhead_event event = event_of(PLAYHEAD_EVENT_STATE_CHANGED);
  event.from_state = from;
  event.to_state = to;
  return event;
}

}  // namespace

TEST_CASE("options: what cannot be meant ends with exit code 2") {
  struct Case {
    const char* name;
    std::vector<const char*> arguments;
  };
  const Case cases[] = {
      {"nothing to play", {}},
      {"a title without a service", {"--title", "m_1"}},
      {"both a title and a URL", {"--url", "u", "--title", "m", "--api", "a"}},
      {"an unknown option", {"--url", "u", "--frobnicate"}},
      {"a word too much", {"--url", "u", "more"}},
      {"a speed out of range", {"--url", "u", "--speed", "9"}},
      {"no number", {"--url", "u", "--seconds", "soon"}},
      {"a negative time", {"--url", "u", "--start", "-1"}},
      {"an interval the service does not know", {"--url", "u", "--progress-interval", "5"}},
      {"a screenshot without a window", {"--url", "u", "--headless", "--screenshot", "f"}},
      {"the moment of no screenshot", {"--url", "u", "--at", "3"}},
      {"a script that is none", {"--url", "u", "--do", "dance"}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const ParsedOptions parsed = parse(c.arguments);
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_code == 2);
  }
}

TEST_CASE("options: help and version are no mistakes") {
  for (const char* question : {"--help", "--version"}) {
    const ParsedOptions parsed = parse({question});
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_code == 0);
  }
}

TEST_CASE("browse options: what cannot be meant ends with exit code 2, before anybody is asked") {
  const auto parse_browsing = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "playhead-demo");
    return parse_browse_options(static_cast<int>(arguments.size()), arguments.data());
  };
  CHECK(is_browse_verb("search"));
  CHECK(is_browse_verb("continue"));
  CHECK_FALSE(is_browse_verb("play"));
  const std::vector<std::vector<const char*>> mistakes = {
      {"search", "--api", "a"},
      {"search", "film"},
      {"search", "film", "--api", "a", "--headless"},
      {"search", "film", "--api", "a", "--limit", "51"},
      {"continue"},
      {"continue", "m_1"},
      {"continue", "--api", "a", "--frobnicate"},
      {"continue", "--api", "a", "--speed", "9"},
      {"continue", "m_1", "m_2", "--api", "a"},
  };
  for (const auto& arguments : mistakes) {
    CAPTURE(arguments.size());
    const ParsedBrowseOptions parsed = parse_browsing(arguments);
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_code == 2);
  }
  for (const char* verb : {"search", "continue"}) {
    const ParsedBrowseOptions parsed = parse_browsing({verb, "--help"});
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_code == 0);
  }
  const auto search = parse_browsing({"search", "the", "film", "--api", "a", "--json"});
  REQUIRE(search.options.has_value());
  CHECK(search.options->words == "the film");
  CHECK(search.options->is_json);
  const auto newest = parse_browsing({"continue", "--seconds", "5", "--api", "a", "--headless"});
  REQUIRE(newest.options.has_value());
  CHECK(newest.options->title.empty());
  CHECK(newest.options->playing[0] == "--seconds");
  CHECK(newest.options->playing[1] == "5");
  CHECK(newest.options->playing[2] == "--headless");
  const auto chosen = parse_browsing({"continue", "m_1", "--api", "a", "--list"});
  REQUIRE(chosen.options.has_value());
  CHECK(chosen.options->title == "m_1");
  CHECK(chosen.options->only_lists);
}

TEST_CASE("options: several titles follow each other in their order") {
  const ParsedOptions urls = parse({"--url", "u", "--url", "v", "--speed", "2", "--url", "w"});
  REQUIRE(urls.options.has_value());
  CHECK(urls.options->url == "u");
  CHECK(urls.options->following == std::vector<std::string>{"v", "w"});
  const ParsedOptions titles = parse({"--api", "http://h", "--title", "m", "--title", "n"});
  REQUIRE(titles.options.has_value());
  CHECK(titles.options->title == "m");
  CHECK(titles.options->following == std::vector<std::string>{"n"});
}

TEST_CASE("options: everything said is understood") {
  const ParsedOptions parsed = parse({"--title",      "m_1",
                                      "--api",        "http://h",
                                      "--token",      "t",
                                      "--storage",    "dir",
                                      "--no-audio",   "--seconds",
                                      "1.5",          "--start",
                                      "12",           "--speed",
                                      "1.25",         "--max-height",
                                      "720",          "--progress-interval",
                                      "10",           "--exit-after-first-frame",
                                      "--events",     "-",
                                      "--preset",     "low_latency",
                                      "--data-saver", "--decisions",
                                      "why.log",      "--screenshot",
                                      "shot.png",     "--at",
                                      "3.5",          "--do",
                                      "5:pause",      "--record",
                                      "flight",       "--cdm",
                                      "/a.so",        "--cdm",
                                      "/b.so",        "--drm-prefer",
                                      "a,b",          "--license-url",
                                      "https://l/",   "--hdcp",
                                      "2.2"});
  REQUIRE(parsed.options);
  const Options& options = *parsed.options;
  CHECK(options.title == "m_1");
  CHECK(options.api == "http://h");
  CHECK(options.token == "t");
  CHECK(options.storage == "dir");
  CHECK_FALSE(options.has_audio);
  CHECK(options.run_us == 1'500'000);
  CHECK(options.start_us == 12'000'000);
  CHECK(options.speed == 1.25);
  CHECK(options.max_height == 720);
  CHECK(options.preset == PLAYHEAD_PRESET_LOW_LATENCY);
  CHECK(options.saves_data);
  CHECK(options.decisions == "why.log");
  CHECK(options.recording == "flight");
  CHECK(options.cdm_modules == std::vector<std::string>{"/a.so", "/b.so"});
  CHECK(options.hdcp_tenths == 22);
  CHECK(options.drm_preference == "a,b");
  CHECK(options.license_url == "https://l/");
  CHECK(options.progress_interval_s == 10);
  CHECK(options.exits_after_first_frame);
  CHECK(options.events == "-");
  CHECK(options.screenshot == "shot.png");
  CHECK(options.screenshot_at_us == 3'500'000);
  CHECK(options.script.size() == 1);
}

TEST_CASE("script: steps are read in any order and sorted") {
  const auto parsed = parse_script(" 12:speed=1.5 5:pause 8:seek=30 9:seekby=-10 14:quality=auto ");
  const auto* steps = std::get_if<std::vector<Step>>(&parsed);
  REQUIRE(steps != nullptr);
  REQUIRE(steps->size() == 5);
  CHECK((*steps)[0].action == Action::kPause);
  CHECK((*steps)[0].at_us == 5'000'000);
  CHECK((*steps)[1].value == 30);
  CHECK((*steps)[2].value == -10);
  CHECK((*steps)[3].value == 1.5);
  CHECK((*steps)[4].value == -1);
  CHECK(std::get<0>(parse_script("")).empty());
}

TEST_CASE("script: a step that is none is named") {
  struct Case {
    const char* name;
    const char* text;
  };
  const Case cases[] = {{"no time", "pause"},          {"no number", "soon:pause"},
                        {"negative time", "-1:pause"}, {"unknown action", "1:jump"},
                        {"value missing", "1:seek"},   {"value too much", "1:pause=3"},
                        {"no value", "1:seek=x"},      {"negative position", "1:seek=-3"},
                        {"not finite", "1:seek=inf"},  {"trailing", "1:speed=1.5x"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto parsed = parse_script(std::string("0:play ") + c.text);
    REQUIRE(std::holds_alternative<std::string>(parsed));
    CHECK(std::get<std::string>(parsed).find(c.text) != std::string::npos);
  }
}

TEST_CASE("event log: every event has the name and the fields that are promised") {
  struct Case {
    int32_t type;
    const char* name;
    std::vector<const char*> fields;
  };
  const Case cases[] = {
      {PLAYHEAD_EVENT_LOAD_STARTED, "start", {"url", "title_id", "is_next"}},
      {PLAYHEAD_EVENT_MANIFEST_LOADED, "manifest_loaded", {"url", "ms", "duration_s"}},
      {PLAYHEAD_EVENT_FIRST_FRAME, "first_frame", {"startup_ms", "width", "height"}},
      {PLAYHEAD_EVENT_REPRESENTATION_CHANGED,
       "representation_changed",
       {"bitrate", "width", "height", "reason"}},
      {PLAYHEAD_EVENT_SEGMENT_LOADED, "segment_loaded", {"url", "bytes", "ms", "track"}},
      {PLAYHEAD_EVENT_SEEK_STARTED, "seek_start", {"target_s"}},
      {PLAYHEAD_EVENT_SEEK_DONE, "seek_done", {"position_s"}},
      {PLAYHEAD_EVENT_PROGRESS_SENT, "progress_sent", {"position_s"}},
      {PLAYHEAD_EVENT_POSITION_JUMPED, "jumped", {"from_s", "to_s", "reason"}},
      {PLAYHEAD_EVENT_RATE_CHANGED, "rate_changed", {"position_s", "from", "to"}},
      {PLAYHEAD_EVENT_THUMBNAIL, "thumbnail", {"error"}},
      {PLAYHEAD_EVENT_DRM_FELL_BACK, "drm_fell_back", {"to", "error"}},
      {PLAYHEAD_EVENT_SECURITY_LEVEL, "security_level", {"level", "max_height", "rule"}},
      {PLAYHEAD_EVENT_ENDED, "ended", {"goes_on"}},
      {PLAYHEAD_EVENT_WARNING, "warning", {"code", "message"}},
      {PLAYHEAD_EVENT_FAILED, "error", {"code", "message"}},
      {PLAYHEAD_EVENT_EVENTS_DROPPED, "events_dropped", {"count"}}};
  EventFormatter formatter;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto lines = formatter.lines(1'234'567, event_of(c.type), false);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find('\n') == std::string::npos);
    const json line = json::parse(lines[0]);
    CHECK(line["t_ms"] == 1234);
    CHECK(line["event"] == c.name);
    for (const char* field : c.fields) {
      CAPTURE(field);
      CHECK(line.contains(field));
    }
  }
  CHECK(formatter.lines(0, event_of(PLAYHEAD_EVENT_SUMMARY), false).empty());
  CHECK(formatter.lines(0, event_of(PLAYHEAD_EVENT_NONE), false).empty());
}

TEST_CASE("event log: states become playing, paused and rebuffering") {
  struct Case {
    const char* name;
    int32_t from, to;
    std::vector<std::string> events;
  };
  const Case cases[] = {
      {"start", PLAYHEAD_STATE_BUFFERING, PLAYHEAD_STATE_PLAYING, {"playing"}},
      {"pause", PLAYHEAD_STATE_PLAYING, PLAYHEAD_STATE_PAUSED, {"paused"}},
      {"empty buffer", PLAYHEAD_STATE_PLAYING, PLAYHEAD_STATE_REBUFFERING, {"rebuffer_start"}},
      {"goes on", PLAYHEAD_STATE_REBUFFERING, PLAYHEAD_STATE_PLAYING, {"rebuffer_end", "playing"}},
      {"paused in between",
       PLAYHEAD_STATE_REBUFFERING,
       PLAYHEAD_STATE_PAUSED,
       {"rebuffer_end", "paused"}},
      {"seek in between", PLAYHEAD_STATE_REBUFFERING, PLAYHEAD_STATE_BUFFERING, {"rebuffer_end"}},
      {"loading is no line", PLAYHEAD_STATE_IDLE, PLAYHEAD_STATE_LOADING, {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    EventFormatter formatter;
    std::vector<std::string> events;
    for (const std::string& line : formatter.lines(0, change(c.from, c.to), false)) {
      events.push_back(json::parse(line)["event"]);
    }
    CHECK(events == c.events);
  }

  EventFormatter formatter;
  static_cast<void>(formatter.lines(
      1'000'000, change(PLAYHEAD_STATE_PLAYING, PLAYHEAD_STATE_REBUFFERING), false));
  const auto lines =
      formatter.lines(3'500'000, change(PLAYHEAD_STATE_REBUFFERING, PLAYHEAD_STATE_PLAYING), false);
  CHECK(json::parse(lines[0])["ms"] == 2500);
}

TEST_CASE("event log: a saved position is told, unless the user chose where to start") {
  playhead_event event = event_of(PLAYHEAD_EVENT_SESSION_STARTED);
  EventFormatter formatter;
  playhead_event loaded = event_of(PLAYHEAD_EVENT_MANIFEST_LOADED);
  CHECK(formatter.lines(0, event, false).empty());
  CHECK(formatter.lines(0, loaded, false).size() == 1);
  event.target_us = 12'300'000;
  CHECK(formatter.lines(0, event, false).empty());
  CHECK(formatter.lines(0, loaded, false).size() == 1);  // it was at the end: from the beginning
  loaded.position_us = 12'300'000;
  CHECK(formatter.lines(0, loaded, true).size() == 1);
  const auto lines = formatter.lines(0, loaded, false);
  REQUIRE(lines.size() == 2);
  CHECK(json::parse(lines[0])["event"] == "resumed");
  CHECK(json::parse(lines[0])["position_s"] == 12.3);
  CHECK(json::parse(lines[1])["event"] == "manifest_loaded");
}

TEST_CASE("event log: a bitrate that nobody declares is null") {
  playhead_event event = event_of(PLAYHEAD_EVENT_REPRESENTATION_CHANGED);
  EventFormatter formatter;
  CHECK(json::parse(formatter.lines(0, event, false).at(0))["bitrate"].is_null());
  event.bitrate_bps = 900'000;
  CHECK(json::parse(formatter.lines(0, event, false).at(0))["bitrate"] == 900'000);
}

TEST_CASE("event log: text that is no UTF-8 does not spoil the line") {
  playhead_event event = event_of(PLAYHEAD_EVENT_LOAD_STARTED);
  event.url = "http://h/\xff\"\n";
  EventFormatter formatter;
  const auto lines = formatter.lines(0, event, false);
  CHECK(lines.at(0).find('\n') == std::string::npos);
  CHECK(json::parse(lines[0])["event"] == "start");
}

TEST_CASE("event log: the summary has every number, and no start-up time without a picture") {
  playhead_qoe qoe = PLAYHEAD_QOE_INIT;
  qoe.play_time_us = 12'500'000;
  json line = json::parse(EventFormatter::summary(1'000, qoe));
  CHECK(line["event"] == "summary");
  CHECK(line["startup_ms"].is_null());
  CHECK(line["play_s"] == 12.5);
  for (const char* field :
       {"rebuffer_count", "rebuffer_s", "mean_bitrate", "switches", "dropped_frames", "bytes"}) {
    CAPTURE(field);
    CHECK(line[field] == 0);
  }
  qoe.has_startup = 1;
  qoe.startup_us = 321'000;
  qoe.session_us = -1;
  qoe.first_byte_us = 205'000;
  line = json::parse(EventFormatter::summary(1'000, qoe));
  CHECK(line["startup_ms"] == 321);
  CHECK(line["session_ms"].is_null());
  CHECK(line["first_byte_ms"] == 205);
}

TEST_CASE("null audio sink: time plays what was written, and only that") {
  int64_t now_us = 5'000'000;
  NullAudioSink sink([&] { return now_us; });
  SoundFormat format{48'000, 2};
  REQUIRE(sink.open(format));
  const std::vector<float> second(96'000);

  sink.write(second.data(), 48'000);
  now_us += 1'000'000;
  CHECK(sink.frames_played() == 0);  // paused after open

  sink.resume();
  now_us += 250'000;
  CHECK(sink.frames_played() == 12'000);
  sink.pause();
  now_us += 10'000'000;
  CHECK(sink.frames_played() == 12'000);
  sink.resume();
  now_us += 5'000'000;
  CHECK(sink.frames_played() == 48'000);  // no more than there was

  sink.write(second.data(), 48'000);
  CHECK(sink.frames_played() == 48'000);  // the time without sound is not made up for
  now_us += 500'000;
  CHECK(sink.frames_played() == 72'000);

  sink.flush();
  CHECK(sink.frames_played() == 0);
  sink.write(second.data(), 48'000);
  now_us += 500'000;
  CHECK(sink.frames_played() == 0);  // paused after flush
}

TEST_CASE("played frames: what was heard follows the clock, a latency behind the device") {
  constexpr int64_t kBlock = 480;  // 10 ms at 48 kHz
  PlayedFrames frames;
  frames.reset(48'000, kBlock);
  CHECK(frames.played(0) == 0);
  frames.on_request(0, kBlock, kBlock);
  CHECK(frames.played(5'000) == 0);  // the device still plays what came before
  frames.on_request(10'000, kBlock, kBlock);
  CHECK(frames.played(10'000) == 0);
  CHECK(frames.played(15'000) == 240);
  CHECK(frames.played(12'000) == 240);  // never back
  frames.on_request(20'000, kBlock, kBlock);
  CHECK(frames.played(20'000) == 480);
  CHECK(frames.played(900'000) == 1440);  // a device that stopped asking has played all
}

TEST_CASE("played frames: silence in between is not sound, and ends are reached") {
  constexpr int64_t kBlock = 480;
  PlayedFrames frames;
  frames.reset(48'000, kBlock);
  frames.on_request(0, kBlock, 100);  // sound ran out inside the block
  frames.on_request(10'000, kBlock, 0);
  CHECK(frames.played(12'000) == 96);
  CHECK(frames.played(19'000) == 100);
  frames.on_request(20'000, kBlock, 0);
  frames.on_request(30'000, kBlock, kBlock);
  CHECK(frames.played(35'000) == 100);
  frames.on_request(40'000, kBlock, kBlock);
  CHECK(frames.played(45'000) == 340);
}

TEST_CASE("played frames: a flush forgets what is still on its way") {
  constexpr int64_t kBlock = 480;
  PlayedFrames frames;
  frames.reset(48'000, kBlock);
  frames.on_request(0, kBlock, kBlock);
  frames.on_request(10'000, kBlock, kBlock);
  frames.flush();
  CHECK(frames.played(15'000) == 0);
  frames.on_request(20'000, kBlock, kBlock);
  CHECK(frames.played(25'000) == 0);  // the old sound is heard, and counts for nothing
  frames.on_request(30'000, kBlock, kBlock);
  CHECK(frames.played(35'000) == 240);
}

TEST_CASE("picture: fills the window in its own shape") {
  struct Case {
    const char* name;
    int width, height, sar_num, sar_den, window_width, window_height;
    PictureRect rect;
  };
  const Case cases[] = {{"same shape", 1920, 1080, 1, 1, 1280, 720, {0, 0, 1280, 720}},
                        {"bars left and right", 4, 3, 1, 1, 1280, 720, {160, 0, 960, 720}},
                        {"bars above and below", 1280, 544, 1, 1, 1280, 720, {0, 88, 1280, 544}},
                        {"wide pixels", 720, 576, 64, 45, 1024, 576, {0, 0, 1024, 576}},
                        {"tall pixels", 1440, 720, 1, 2, 720, 720, {0, 0, 720, 720}},
                        {"no picture", 0, 0, 1, 1, 1280, 720, {0, 0, 0, 0}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    playhead_frame_info info = PLAYHEAD_FRAME_INFO_INIT;
    info.width = c.width;
    info.height = c.height;
    info.sar_num = c.sar_num;
    info.sar_den = c.sar_den;
    const PictureRect rect = fit_picture(info, c.window_width, c.window_height);
    CHECK(rect.x == doctest::Approx(c.rect.x));
    CHECK(rect.y == doctest::Approx(c.rect.y));
    CHECK(rect.width == doctest::Approx(c.rect.width));
    CHECK(rect.height == doctest::Approx(c.rect.height));
  }
}

TEST_CASE("status line: says what plays, with colours only when asked") {
  PlayerView view;
  view.state = PLAYHEAD_STATE_PLAYING;
  view.position_us = 12'900'000;
  view.duration_us = 3'725'000'000;
  view.shown_height = 720;
  view.shown_bitrate_bps = 3'000'000;
  view.throughput_bps = 640'000;
  view.buffer_us = 28'440'000;
  CHECK(format_status(view, false) ==
        "Playing  0:12 / 1:02:05  720p 3.0 Mbit/s  net 640 kbit/s  buffer 28.4 s");
  view.drm_level = 1000;
  view.drm_max_height = 720;
  CHECK(format_status(view, false).find("  SL1000, up to 720p  net ") != std::string::npos);
  CHECK(format_status(view, true).find("\x1b[32mPlaying\x1b[0m") == 0);
  CHECK(format_status(PlayerView{}, false) == "Idle  0:00  net \u2013  buffer 0.0 s");
}
