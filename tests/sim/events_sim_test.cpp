// SPDX-License-Identifier: Apache-2.0
// What events say, and when: the title's length, switches, reports that arrive after the stop.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

std::size_t index_of_manifest(const SimWorld& world) {
  for (std::size_t i = 0; i < world.events.size(); ++i) {
    if (std::holds_alternative<ManifestLoaded>(world.events[i].payload)) return i;
  }
  return world.events.size();
}

TEST_CASE("sim: manifest_loaded tells the title's length, once, before the first segment") {
  for (const char* file : {"master.m3u8", "v1.m3u8"}) {
    CAPTURE(std::string(file));
    SimWorld world;
    world.start_app();
    world.load_url(world.title.base_url + file);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(5s);
    REQUIRE(world.all<ManifestLoaded>().size() == 1);
    CHECK(world.find<ManifestLoaded>()->duration == Duration{120s});
    for (std::size_t i = 0; i < index_of_manifest(world); ++i) {
      CHECK_FALSE(std::holds_alternative<SegmentLoaded>(world.events[i].payload));
    }
  }
}

// Two Periods of 40 s; the second has other ids and, if asked, another ladder.
std::string two_periods(const std::string& second_bandwidth) {
  const auto period = [](int start_s, const std::string& id, const std::string& bandwidth) {
    return "<Period id=\"" + id + "\" duration=\"PT40S\"><AdaptationSet mimeType=\"video/mp4\">" +
           "<Representation id=\"" + id + "\" codecs=\"avc1.64001f\" width=\"640\" height=\"360\"" +
           " bandwidth=\"" + bandwidth + "\"><SegmentTemplate media=\"v0-$Number$.seg\"" +
           " startNumber=\"" + std::to_string(start_s / 4) + "\" duration=\"4000\"" +
           " timescale=\"1000\" presentationTimeOffset=\"" + std::to_string(1400 + start_s * 1000) +
           "\"/></Representation></AdaptationSet></Period>";
  };
  return "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
         "mediaPresentationDuration=\"PT80S\">" +
         period(0, "a", "400000") + period(40, "b", second_bandwidth) + "</MPD>";
}

TEST_CASE("sim: a new Period is told as such and is no switch") {
  for (const char* bandwidth : {"400000", "900000"}) {
    CAPTURE(std::string(bandwidth));
    SimWorld world;
    const std::string url = world.title.base_url + "two.mpd";
    world.transport->serve_text(url, two_periods(bandwidth));
    world.start_app();
    world.load_url(url);
    REQUIRE(world.run_until_event<Ended>(5min));
    CHECK(world.screen->shown().size() == 80 * 25);
    const auto changes = world.all<RepresentationChanged>();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].reason == SwitchReason::kInitial);
    CHECK(changes[1].reason == SwitchReason::kPeriod);
    CHECK(changes[1].id == "b/b");
    CHECK(world.status()->qoe.switches == 0);
    CHECK(world.find<ManifestLoaded>()->duration == Duration{80s});
  }
}

TEST_CASE("sim: a Representation whose bitrate nobody declared has none in the events") {
  SimWorld world;
  world.start_app();
  world.load_url(world.title.base_url + "v1.m3u8");
  REQUIRE(world.run_until_event<Ended>(5min));
  REQUIRE(world.all<RepresentationChanged>().size() == 1);
  CHECK(world.find<RepresentationChanged>()->bitrate.bps == 0);
  CHECK(world.status()->qoe.switches == 0);
  CHECK(world.status()->qoe.mean_bitrate.bps == 0);
}

TEST_CASE("sim: the report of the stop is told when the service has taken it") {
  SimWorld world;
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  const double stopped_at = world.position_s();
  world.player->stop();
  world.run_for(2s);
  REQUIRE(!world.all<ProgressSent>().empty());
  CHECK(to_seconds(world.all<ProgressSent>().back().position) ==
        doctest::Approx(stopped_at).epsilon(0.01));
  // The same when the next title begins at once.
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(2s);
  const std::size_t before = world.all<ProgressSent>().size();
  world.load_title();
  world.run_for(200ms);
  CHECK(world.all<ProgressSent>().size() == before + 1);
}

TEST_CASE("sim: a seek just before a report falls due makes one report, not two") {
  for (int ms = 3'000; ms <= 4'200; ms += 50) {
    CAPTURE(ms);
    SimWorld world;
    world.start_app();
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(Duration{ms * 1000});
    world.forget_events();
    world.player->seek(MediaTime{60'000'000});
    REQUIRE(world.run_until_event<SeekDone>(10s));
    world.run_for(900ms);
    CHECK(world.all<ProgressSent>().size() <= 1 + (ms >= 3'900 ? 1 : 0));
    int after_seek = 0;
    for (const ProgressSent& sent : world.all<ProgressSent>()) after_seek += sent.position >= 60s;
    CHECK(after_seek == 1);
  }
}

TEST_CASE("sim: the screen is cleared when another title begins") {
  class ClearedScreen final : public VideoSink {
   public:
    void show(const VideoFrame&) override { is_clear = false; }
    void clear() override { is_clear = true; }
    bool is_clear = true;
  };
  SimWorld world;
  world.start_app();
  const auto screen = std::make_shared<ClearedScreen>();
  Sinks sinks;
  sinks.video = screen;
  world.player = *Player::create(
      world.client, {}, sinks, std::shared_ptr<Executor>(std::shared_ptr<void>(), &world.executor));
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK_FALSE(screen->is_clear);
  world.forget_events();
  world.load_url(world.title.url());
  world.run_for(1ms);
  CHECK(screen->is_clear);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK_FALSE(screen->is_clear);
}

// What a collector of CMCD events is told: the values of `key` in lines of that kind.
struct Collector {
  std::vector<std::string> lines;

  void listen(SimWorld& world) {
    world.transport->serve([this](const WebRequest& request) -> std::optional<WebAnswer> {
      if (request.url != "http://collector.test/cmcd") return std::nullopt;
      CHECK(request.header("Content-Type") == "application/cmcd");
      CHECK(!request.has_header("Authorization"));
      for (std::size_t at = 0; at <= request.body.size();) {
        const std::size_t end = std::min(request.body.find('\n', at), request.body.size());
        lines.push_back(request.body.substr(at, end - at));
        at = end + 1;
      }
      return status_answer(204);
    });
  }
  [[nodiscard]] static std::string value(const std::string& line, const std::string& key) {
    const std::string all = ',' + line + ',';
    const std::size_t at = all.find(',' + key + '=');
    if (at == std::string::npos) return {};
    const std::size_t begin = at + key.size() + 2;
    return all.substr(begin, all.find(',', begin) - begin);
  }
  [[nodiscard]] std::string values(const std::string& kind, const std::string& key) const {
    std::string found;
    for (const std::string& line : lines) {
      if (value(line, "e") == kind) found += value(line, key) + ' ';
    }
    return found;
  }
};

PlayerConfig told_to_collector() {
  PlayerConfig config;
  config.cmcd_events.url = "http://collector.test/cmcd";
  config.cmcd_events.tells_responses = true;
  return config;
}

TEST_CASE("sim: a collector is told of a play from its start to its end") {
  SimWorld world;
  Collector collector;
  collector.listen(world);
  world.start_app(told_to_collector());
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(3s);
  world.player->pause();
  world.run_for(1s);
  world.player->play();
  world.player->set_volume(0);
  world.run_for(1s);
  world.player->set_volume(1);
  world.player->set_speed(2);
  world.run_for(1s);
  world.player->seek(MediaTime{100'000'000}, 1);
  REQUIRE(world.run_until_event<Ended>(60s));
  world.run_for(10s);
  CHECK(collector.values("ps", "sta") == "s p a p k p e ");
  CHECK(collector.values("pr", "pr").find("0 ") == 0);  // paused
  CHECK(collector.values("pr", "pr").find("2 ") != std::string::npos);
  CHECK(collector.values("m", "v") == "2 ");
  CHECK(collector.values("um", "v") == "2 ");
  CHECK(collector.values("bc", "pb").rfind("(400;v) ", 0) == 0);
  CHECK(collector.values("e", "ec").empty());
  int number = 0;
  std::string sid;
  for (const std::string& line : collector.lines) {
    CAPTURE(line);
    CHECK(Collector::value(line, "sn") == std::to_string(number++));
    CHECK(Collector::value(line, "cid") == "\"" + std::string("m1") + "\"");
    if (sid.empty()) sid = Collector::value(line, "sid");
    CHECK(Collector::value(line, "sid") == sid);
    CHECK(line.find("sig=") == std::string::npos);
  }
  CHECK(sid.size() == 38);
  // One line for each answer; the seek gave up a transfer.
  CHECK(static_cast<std::size_t>(std::count_if(collector.lines.begin(), collector.lines.end(),
                                               [](const std::string& line) {
                                                 return Collector::value(line, "e") == "rr" &&
                                                        Collector::value(line, "ot") != "m";
                                               })) == world.media_requests().size() - 1);
  const std::string starts = collector.values("ps", "msd");
  CHECK(std::count(starts.begin(), starts.end(), ' ') == 7);
  CHECK(starts.find_first_not_of(' ') == 1);  // with the first "p" alone
}

TEST_CASE("sim: a collector is told when the pictures are out of sight, and when they are back") {
  SimWorld world;
  Collector collector;
  collector.listen(world);
  PlayerConfig config = told_to_collector();
  config.cmcd_events.tells_responses = false;
  world.start_app(config);
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(1s);
  world.player->set_surface(false);
  world.run_for(1s);
  world.player->set_volume(0);
  world.run_for(1s);
  world.player->set_surface(true);
  world.run_for(10s);
  int changes = 0;
  for (const std::string& line : collector.lines) {
    CAPTURE(line);
    if (Collector::value(line, "e") == "b") ++changes;
    CHECK((line.rfind("bg,", 0) == 0) == (changes == 1));
  }
  CHECK(changes == 2);
  CHECK(collector.values("m", "sta") == "p ");  // sound goes on meanwhile
}

TEST_CASE("sim: a collector is told of stalls, in intervals how it goes, and of a play given up") {
  SimWorld world;
  Collector collector;
  collector.listen(world);
  PlayerConfig config = told_to_collector();
  config.cmcd_events.interval = 10s;
  config.cmcd_events.tells_responses = false;
  world.start_app(config);
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(1s);
  world.take_down("cdn.test", 18s);
  world.run_for(100s);
  world.player->stop();
  world.run_for(10s);
  CHECK(collector.values("ps", "sta") == "s p r p q ");
  CHECK(collector.values("ps", "bsd").find("(1") != std::string::npos);  // a list, of one stall of 10 s or more
  CHECK(!collector.values("e", "ec").empty());
  CHECK(collector.values("rr", "rc").empty());
  const std::string intervals = collector.values("t", "pt");
  CHECK(std::count(intervals.begin(), intervals.end(), ' ') == 10);
  // The next play is another one; one that fails says why.
  const std::size_t before = collector.lines.size();
  world.load_url("http://cdn.test/nothing.m3u8");
  REQUIRE(world.run_until_event<Failed>(60s));
  world.run_for(10s);
  REQUIRE(collector.lines.size() > before);
  CHECK(Collector::value(collector.lines[before], "sn") == "0");
  CHECK(Collector::value(collector.lines.back(), "sta") == "f");
  CHECK(collector.values("e", "ec").find("(\"2005\")") != std::string::npos);
}

}  // namespace
}  // namespace playhead::test
