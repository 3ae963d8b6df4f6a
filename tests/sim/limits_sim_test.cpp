// SPDX-License-Identifier: Apache-2.0
// What the app, the device and the network allow, in the whole player; and why a picture was
// chosen.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "playhead/abr/decision_log.h"
#include "support/sim_world.h"

namespace playhead::test {
namespace {

// The highest of v0 … v3 that was asked for.
std::string highest_fetched(const SimWorld& world) {
  std::string highest = "none";
  for (const std::string& url : world.media_requests()) {
    for (const char* id : {"v0", "v1", "v2", "v3"}) {
      if (url.find(std::string("/") + id + "-") == url.npos) continue;
      if (highest == "none" || id > highest) highest = id;
    }
  }
  return highest;
}

// What the automatic choice says about the Representation of that height.
PictureLimit limit_of(SimWorld& world, int height) {
  for (const RepresentationInfo& info : world.status()->representations) {
    if (info.height == height) return info.limit;
  }
  return PictureLimit::kNone;
}

SimTitle protected_title() {
  SimTitle title;
  title.hdcp_levels = {"NONE", "NONE", "TYPE-0", "TYPE-1"};
  return title;
}

TEST_CASE("sim: each limit holds, and says that it was the one") {
  struct Case {
    const char* name;
    void (*change)(PictureLimits&);
    const char* highest;
    int height;  // of a picture that was left out, and why
    PictureLimit limit;
  };
  const Case cases[] = {
      {"none", [](PictureLimits&) {}, "v3", 720, PictureLimit::kNone},
      {"bitrate", [](PictureLimits& l) { l.max_bitrate = {1'000'000}; }, "v1", 540,
       PictureLimit::kBitrate},
      {"height", [](PictureLimits& l) { l.max_height = 539; }, "v1", 540, PictureLimit::kHeight},
      {"a small view",
       [](PictureLimits& l) {
         l.viewport_width = 600;
         l.viewport_height = 340;
       },
       "v1", 540, PictureLimit::kViewport},
      {"a small view of many pixels",
       [](PictureLimits& l) {
         l.viewport_width = 600;
         l.viewport_height = 340;
         l.pixel_ratio = 1.5;
       },
       "v2", 720, PictureLimit::kViewport},
      {"a metered network", [](PictureLimits& l) { l.saves_data = true; }, "v2", 720,
       PictureLimit::kDataSaver},
      {"a dear network",
       [](PictureLimits& l) {
         l.saves_data = true;
         l.data_saver_bitrate = {500'000};
       },
       "v0", 360, PictureLimit::kDataSaver},
      {"an open output", [](PictureLimits& l) { l.hdcp_tenths = -1; }, "v1", 540,
       PictureLimit::kHdcp},
      {"HDCP 1.4", [](PictureLimits& l) { l.hdcp_tenths = 14; }, "v2", 720, PictureLimit::kHdcp},
      {"HDCP 2.2", [](PictureLimits& l) { l.hdcp_tenths = 22; }, "v3", 720, PictureLimit::kNone},
      {"everything wished away", [](PictureLimits& l) { l.max_bitrate = {1}; }, "v0", 180,
       PictureLimit::kBitrate},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, protected_title(), SimLink::constant(30'000'000));
    PlayerConfig config;
    c.change(config.limits);
    world.start_app(config);
    world.load_url(world.title.url());
    world.run_for(80s);
    CHECK(highest_fetched(world) == c.highest);
    CHECK(to_string(limit_of(world, c.height)) == std::string(to_string(c.limit)));
    CHECK(world.find<Failed>() == nullptr);
    if (c.limit == PictureLimit::kNone) continue;
    const std::string words = std::string("=") + to_string(c.limit);
    CHECK(world.player->decision_log().find(words) != std::string::npos);
  }
}

TEST_CASE("sim: of what too little fits in the memory nothing is chosen") {
  SimWorld world(1, {}, SimLink::constant(30'000'000));
  PlayerConfig config;
  config.buffering.max_bytes = 2 << 20;
  world.start_app(config);
  world.load_url(world.title.url());
  world.run_for(60s);
  CHECK(highest_fetched(world) == "v2");
  CHECK(to_string(limit_of(world, 720)) == std::string("memory"));
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

// The first of the next title's pictures, named when the first title has filled its buffer.
std::string first_rung_of_next(int64_t max_bytes) {
  SimTitle next;
  next.base_url = "http://cdn.test/next/";
  SimTitle title;
  title.segments = 10;
  SimWorld world(1, title, SimLink::constant(40'000'000));
  world.more_titles = {next};
  world.codecs.has_full_samples = true;
  PlayerConfig config;
  config.buffering.max_bytes = max_bytes;
  world.start_app(config);
  world.load_url(world.title.url());
  world.run_for(10s);
  CHECK(world.status()->buffered_bytes > 3 << 20);
  PlaySource source;
  source.url = next.url();
  world.player->set_next(source);
  const auto of_next = [&](const std::string& url) {
    return url.find("/next/v") != std::string::npos && url.ends_with(".seg");
  };
  const auto& records = world.transport->records();
  REQUIRE(world.executor.run_until_true(
      [&] { return !records.empty() && of_next(records.back().url); }, 2min));
  const std::string& url = records.back().url;
  return url.substr(url.rfind('/') + 1, 2);
}

TEST_CASE("sim: the next title begins no poorer for the memory that the one before it holds") {
  CHECK(first_rung_of_next(4 << 20) == first_rung_of_next(96 << 20));
}

TEST_CASE("sim: limits that change while playing hold from the next segment on") {
  SimTitle title;
  title.segments = 60;
  SimWorld world(1, title, SimLink::constant(30'000'000));
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(60s);
  CHECK(world.status()->shown.height == 720);
  PictureLimits limits;
  limits.max_height = 400;
  world.player->set_limits(limits);
  world.forget_events();
  world.run_for(60s);
  CHECK(world.status()->shown.height == 360);
  const auto changes = world.all<RepresentationChanged>();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].reason == SwitchReason::kLimit);
  world.player->set_limits({});
  world.run_for(60s);
  CHECK(world.status()->shown.height == 720);
  CHECK(world.all<RepresentationChanged>().back().reason != SwitchReason::kLimit);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: what an output may not show is not shown, by hand or otherwise") {
  SimTitle title = protected_title();
  SimWorld world(1, title, SimLink::constant(30'000'000));
  PlayerConfig config;
  config.limits.hdcp_tenths = 14;
  world.start_app(config);
  world.load_url(world.title.url());
  world.run_for(20s);
  world.player->select_representation(world.status()->representations.back().id);
  world.run_for(40s);
  CHECK(highest_fetched(world) == "v2");

  title.hdcp_levels.assign(4, "TYPE-1");
  SimWorld strict(1, title, SimLink::constant(30'000'000));
  strict.start_app(config);
  strict.load_url(strict.title.url());
  REQUIRE(strict.run_until_event<Failed>(1min));
  CHECK(strict.find<Failed>()->error.code == ErrorCode::kNoPlayableTrack);
  CHECK(strict.find<Failed>()->error.context.find("HDCP") != std::string::npos);
  CHECK(highest_fetched(strict) == "none");
}

TEST_CASE("sim: pictures this device cannot decode in time are left out, for a while") {
  SimTitle title;
  title.segments = 150;
  title.bitrates_bps.back() =
      3'507'000;  // simulated pictures keep 64 bytes of their size: 64 here, 41 below
  SimWorld world(1, title, SimLink::constant(30'000'000));
  world.codecs.slow_above_bytes = 60;
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(90s);
  CHECK(world.status()->qoe.dropped_frames > 100);
  CHECK(world.status()->shown.height == 540);
  CHECK(limit_of(world, 720) == PictureLimit::kDroppedFrames);
  const auto changes = world.all<RepresentationChanged>();
  CHECK(std::any_of(changes.begin(), changes.end(), [](const RepresentationChanged& change) {
    return change.reason == SwitchReason::kLimit && change.height == 540;
  }));
  // It is tried again.
  world.forget_events();
  world.run_for(120s);
  const auto later = world.all<RepresentationChanged>();
  CHECK(std::any_of(later.begin(), later.end(),
                    [](const RepresentationChanged& change) { return change.height == 720; }));
}

TEST_CASE("sim: a preset changes what is chosen") {
  const auto mean = [](AbrPreset preset) {
    SimTitle title;
    title.segments = 30;
    SimWorld world(1, title, SimLink::constant(6'000'000));
    PlayerConfig config;
    config.preset = preset;
    world.start_app(config);
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<Ended>(10min));
    return world.status()->qoe.mean_bitrate.bps;
  };
  CHECK(mean(AbrPreset::kDataSaver) < mean(AbrPreset::kVod) * 8 / 10);
  CHECK(mean(AbrPreset::kMaxQuality) >= mean(AbrPreset::kVod));
}

TEST_CASE("sim: the throughput of the last play decides how the next one begins") {
  SimWorld world(1, {}, SimLink::constant(3'000'000));
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(40s);
  const auto first = world.find<RepresentationChanged>();
  REQUIRE(first != nullptr);
  CHECK(first->bitrate.bps == 400'000);
  const int64_t throughput = world.status()->throughput.bps;
  world.player->stop();
  world.run_for(1s);
  world.forget_events();
  world.load_url(world.title.url());
  world.run_for(10s);
  const auto next = world.find<RepresentationChanged>();
  REQUIRE(next != nullptr);
  // The highest within 0.8 of what is remembered.
  int64_t expected = 0;
  for (const int64_t bps : world.title.bitrates_bps) {
    if (static_cast<double>(bps) <= 0.8 * static_cast<double>(throughput)) expected = bps;
  }
  CHECK(expected > 400'000);
  CHECK(next->bitrate.bps == expected);
  // The log says so as well.
  std::istringstream lines(world.player->decision_log());
  for (std::string line; std::getline(lines, line);) {
    const auto record = abr::parse_record(line);
    if (!record.has_value()) continue;
    CHECK(std::get<abr::DecisionRecord>(*record).decision.reason == abr::Reason::kRemembered);
    break;
  }
}

TEST_CASE("sim: every decision of a play is made again from its log") {
  struct Case {
    const char* name;
    std::vector<SimLinkPhase> phases;
    AbrPreset preset;
    int judgements, replacements;  // at least
  };
  const Case cases[] = {
      {"a link that breaks down",
       {{9s, 12'000'000, 40ms}, {300s, 700'000, 40ms}},
       AbrPreset::kLive,
       1,
       0},
      {"a link that becomes wide",
       {{20s, 1'000'000, 40ms}, {300s, 30'000'000, 40ms}},
       AbrPreset::kVod,
       0,
       1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimDash dash;
    dash.periods[0].duration_us = 80'000'000;
    dash.periods[0].video = {{300'000}, {6'000'000}};
    SimLink link;
    link.phases = c.phases;
    SimWorld world(1, {}, link);
    PlayerConfig config;
    config.preset = c.preset;
    world.start_app(config);
    CHECK(world.player->decision_log().empty());
    world.load_dash(dash);
    REQUIRE(world.run_until_event<Ended>(20min));
    std::istringstream lines(world.player->decision_log());
    std::string line;
    REQUIRE(std::getline(lines, line));
    REQUIRE(line.rfind("session default ", 0) == 0);
    const auto settings = abr::parse_settings(line.substr(line.find('|') + 1));
    REQUIRE(settings.has_value());
    const auto preset = static_cast<abr::Preset>(c.preset);
    CHECK(abr::encode(*settings) == abr::encode(abr::settings_for(preset)));
    const auto controller = abr::make_controller(abr::Algorithm::kDefault, *settings);
    int decisions = 0, judgements = 0, replacements = 0;
    while (std::getline(lines, line)) {
      if (line.rfind("limits ", 0) == 0) continue;
      const auto record = abr::parse_record(line);
      CAPTURE(line);
      REQUIRE(record.has_value());
      CHECK(abr::replays(*controller, *settings, *record));
      const auto* decided = std::get_if<abr::DecisionRecord>(&*record);
      ++(!decided ? replacements : decided->is_judgement ? judgements : decisions);
    }
    CHECK(decisions >= 15);
    CHECK(judgements >= c.judgements);
    CHECK(replacements >= c.replacements);
  }
}

}  // namespace
}  // namespace playhead::test
