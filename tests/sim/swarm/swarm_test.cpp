// SPDX-License-Identifier: Apache-2.0
// The swarm itself: that it is the same every time, that it sees, that it finds the culprit; and
// the seeds that once found something.
#include "sim/swarm/swarm.h"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

#include "sim/swarm/cdns.h"
#include "sim/swarm/report.h"
#include "sim/swarm/title.h"

namespace playhead::swarm {
namespace {

ScenarioOptions minutes(int count) {
  ScenarioOptions options;
  options.length = std::chrono::minutes(count);
  return options;
}

TEST_CASE("swarm: the same seed gives the same log, another one another") {
  std::ostringstream first, second, other;
  const Scenario scenario = draw_scenario(11, minutes(3));
  const RunResult a = run_session(scenario, {}, &first);
  const RunResult b = run_session(draw_scenario(11, minutes(3)), {}, &second);
  const RunResult c = run_session(draw_scenario(12, minutes(3)), {}, &other);
  CHECK(first.str() == second.str());
  CHECK(a.hash == b.hash);
  CHECK(a.hash != c.hash);
  const std::string log = first.str();
  CHECK(a.log_lines == std::count(log.begin(), log.end(), '\n'));
  CHECK(a.log_lines > 100);
}

TEST_CASE("swarm: faults left out change nothing about the others") {
  const Scenario all = draw_scenario(3, minutes(60));
  REQUIRE(all.faults.size() > 4);
  const Scenario some = with_faults(all, {2, 4});
  REQUIRE(some.faults.size() == 2);
  CHECK(some.faults[1].number == 4);
  const auto fourth = std::find_if(all.faults.begin(), all.faults.end(),
                                   [](const Fault& fault) { return fault.number == 4; });
  REQUIRE(fourth != all.faults.end());
  CHECK(some.faults[1].at == fourth->at);
  CHECK(some.faults[1].extra == fourth->extra);
  CHECK(some.title.video_bps == all.title.video_bps);
}

TEST_CASE("swarm: what happens to CDNs leaves others as they were") {
  ScenarioOptions options = minutes(60);
  const Scenario with = draw_scenario(3, options);
  options.is_on_one_cdn = true;
  const Scenario without = draw_scenario(3, options);
  std::vector<Fault> others;
  std::copy_if(with.faults.begin(), with.faults.end(), std::back_inserter(others),
               [](const Fault& fault) { return !is_of_cdn(fault.kind); });
  REQUIRE(others.size() == without.faults.size());
  for (std::size_t i = 0; i < others.size(); ++i) {
    CHECK(others[i].number == without.faults[i].number);
    CHECK(others[i].extra == without.faults[i].extra);
  }
  int at_two = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) at_two += draw_scenario(seed, {}).title.cdns == 2;
  CHECK(at_two > 10);
  CHECK(at_two < 30);
}

std::string text_at(WebTitle& title, const std::string& url) {
  const auto answer = title.answer(url, {});
  return answer && answer->body ? std::string(answer->body->begin(), answer->body->end()) : "";
}

TEST_CASE("swarm: a title at two CDNs says so, and both have it") {
  TitleShape shape;
  shape.periods = {20s};
  shape.container_starts_us = {0};
  shape.video_bps = {400'000};
  shape.languages = {"en"};
  shape.cdns = 2;
  VodTitle hls(shape);
  const std::string variants = text_at(hls, hls.url());
  CHECK(variants.find("GROUP-ID=\"a1\",NAME=\"en\"") != std::string::npos);
  CHECK(variants.find("AUDIO=\"a1\"\nhttp://cdn2.test/title/v0.m3u8\n") != std::string::npos);
  CHECK(variants.find("URI=\"http://cdn2.test/title/a-en.m3u8\"") != std::string::npos);
  CHECK_FALSE(text_at(hls, "http://cdn2.test/title/v0.m3u8").empty());
  CHECK(text_at(hls, "http://cdn2.test/title/v0.m3u8") ==
        text_at(hls, "http://cdn.test/title/v0.m3u8"));
  CHECK(hls.answer("http://cdn2.test/title/p0-v0-1.seg", {}));
  CHECK_FALSE(hls.answer("http://cdn3.test/title/p0-v0-1.seg", {}));
  shape.is_dash = true;
  VodTitle dash(shape);
  const std::string mpd = text_at(dash, dash.url());
  CHECK(mpd.find("<BaseURL>http://cdn.test/title/</BaseURL>\n"
                 "<BaseURL>http://cdn2.test/title/</BaseURL>\n") != std::string::npos);
  shape.cdns = 1;
  VodTitle alone(shape);
  CHECK(text_at(alone, alone.url()).find("BaseURL") == std::string::npos);
  CHECK_FALSE(alone.answer("http://cdn2.test/title/p0-v0-1.seg", {}));
}

Scenario with_cdn_fault(uint64_t seed, FaultKind kind, int64_t cdn) {
  ScenarioOptions options = minutes(3);
  options.is_on_one_cdn = true;
  Scenario scenario = draw_scenario(seed, options);
  scenario.title = {};
  scenario.title.periods = {10min};
  scenario.title.container_starts_us = {0};
  scenario.title.video_bps = {400'000, 900'000};
  scenario.title.languages = {"en"};
  scenario.title.cdns = 2;
  scenario.link = test::SimLink::constant(8'000'000);
  scenario.best_bps = scenario.healed_bps = 8'000'000;
  scenario.player.buffering.target = 30s;
  scenario.player.buffering.max_bytes = 64 << 20;
  scenario.url_life.reset();
  scenario.faults.clear();
  Fault fault;
  fault.number = 1;
  fault.kind = kind;
  fault.at = 60s;
  fault.length = 50s;
  fault.amount = cdn;
  scenario.faults.push_back(fault);
  return scenario;
}

TEST_CASE("swarm: a CDN that fails is left for the other, which nobody feels") {
  for (const bool is_dash : {false, true}) {
    for (const FaultKind kind : {FaultKind::kCdnDies, FaultKind::kCdnLacks}) {
      CAPTURE(is_dash);
      CAPTURE(info_of(kind).name);
      Scenario scenario = with_cdn_fault(1, kind, 0);
      scenario.title.is_dash = is_dash;
      const RunResult result = run_session(scenario);
      CHECK_MESSAGE(!result.violation, (result.violation ? result.violation->what : ""));
      CHECK(result.points.count(Point::kCdnReplaced) == 1);
      CHECK(result.points.count(Point::kBothCdns) > 0);
      CHECK(result.points.count(Point::kFirstCdnAgain) > 0);
      CHECK(result.stalled == 0s);
    }
  }
}

TEST_CASE("swarm: delta debugging finds the least set") {
  struct Case {
    const char* name;
    std::set<int> culprits;
  };
  const Case cases[] = {
      {"one", {17}}, {"two far apart", {1, 99}}, {"neighbours", {50, 51, 52}}, {"none at all", {}}};
  std::set<int> all;
  for (int i = 1; i <= 100; ++i) all.insert(i);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    int tries = 0;
    const auto least = minimise(all, [&](const std::set<int>& left) {
      ++tries;
      return std::includes(left.begin(), left.end(), c.culprits.begin(), c.culprits.end());
    });
    CHECK(least == c.culprits);
    CHECK(tries < 200);
  }
}

TEST_CASE("swarm: a failure is told with the command that plays it again") {
  RunResult result;
  result.seed = 42;
  result.violation = Violation{3, "the position does not go back", {1'500'000}, "it went back"};
  result.last_lines = {"1499999 event seek 7"};
  ReportOptions options;
  options.extra_arguments = " --minutes 5";
  std::ostringstream out;
  print_failure(out, result, options);
  CHECK(out.str().find("playhead-sim --seed 42 --minutes 5 --shrink") != std::string::npos);
  CHECK(out.str().find("event seek 7") != std::string::npos);
  const std::set<int> faults = {3, 17};
  CHECK(replay_command(42, &faults, options) == "playhead-sim --seed 42 --minutes 5 --faults 3,17");
}

TEST_CASE("swarm: a mix is of all kinds of titles, and each plays as it does alone") {
  SwarmOptions mix;
  mix.first = 1;
  mix.last = 3;
  mix.is_mixed = true;
  mix.scenario = minutes(1);
  ScenarioOptions playlist = minutes(1), live = minutes(1);
  playlist.is_playlist = true;
  live.is_live = true;
  const RunResult short_ones = run_session(draw_scenario(1, playlist));
  const RunResult whole = run_session(draw_scenario(2, minutes(1)));
  const RunResult made = run_session(draw_scenario(3, live));
  const SwarmResult all = run_swarm(mix, nullptr);
  CHECK(all.seeds == 3);
  CHECK(all.hash == short_ones.hash * 3 + whole.hash * 5 + made.hash * 7);
}

TEST_CASE("swarm: retries that all wait for the same time are noticed") {
  SwarmResult result;
  for (int i = 0; i < 100; ++i) result.retry_delays_us.push_back(i * 5'000);
  CHECK(check_together(result).empty());
  result.retry_delays_us.assign(100, 500'000);
  CHECK(check_together(result).size() == 1);
}

TEST_CASE("swarm: a session can be drawn") {
  RunOptions options;
  options.keeps_moments = true;
  const Scenario scenario = draw_scenario(11, minutes(2));
  const RunResult result = run_session(scenario, options);
  CHECK(result.moments.size() > 100);
  std::ostringstream out;
  draw_session(out, scenario, result);
  CHECK(out.str().find("</svg>") != std::string::npos);
  CHECK(out.str().find("nan") == std::string::npos);
}

// Kept for ever: each of these seeds once broke a promise because of the player.
TEST_CASE("swarm: seeds that found something keep their promises") {
  struct Case {
    const char* name;
    uint64_t seed;
    Duration length;
    std::set<int> faults;  // empty: all
  };
  const Case cases[] = {
      {"sound that nobody hears: playing and rebuffering by turns in no time", 414, 1h, {18, 21}},
      {"N17 Retry-After: 86400 was over after a second", 24, 1h, {23}},
      {"N17 a held segment, less buffered than playback needs: no end of it", 165, 1h, {1, 2}},
      {"the estimate counted bytes that had come before its sample began", 7, 2min, {}},
      {"the memory cap did not bind what is kept behind", 46, 2min, {}},
      {"another language after the end: a second end", 151, 2min, {}},
      {"another language while a segment comes: pictures without a key frame", 9, 32min, {}},
      {"another language that cannot be had: a failure after the end",
       100160,
       1h,
       {192, 203, 204, 205, 206, 238, 246, 248, 253}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ScenarioOptions options;
    options.is_on_one_cdn = true;
    Scenario scenario = draw_scenario(c.seed, options);
    if (!c.faults.empty()) scenario = with_faults(std::move(scenario), c.faults);
    scenario.length = std::min(scenario.length, c.length);
    std::erase_if(scenario.faults, [&](const Fault& f) { return f.at >= scenario.length; });
    const RunResult result = run_session(scenario);
    CHECK_MESSAGE(!result.violation, (result.violation ? result.violation->what : ""));
  }
}

TEST_CASE("swarm: titles that follow one another, seeds that found something") {
  struct Case {
    const char* name;
    uint64_t seed;
  };
  const Case cases[] = {
      {"N17 what follows was asked for again within its Retry-After", 54},
      {"what was left out while it was got ready is told when it is jumped over", 25},
  };
  ScenarioOptions options = minutes(12);
  options.is_playlist = options.is_on_one_cdn = true;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const RunResult result = run_session(draw_scenario(c.seed, options));
    CHECK_MESSAGE(!result.violation, (result.violation ? result.violation->what : ""));
  }
}

}  // namespace
}  // namespace playhead::swarm
