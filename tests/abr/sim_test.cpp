// SPDX-License-Identifier: Apache-2.0
#include <regex>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "log_file.h"
#include "plot.h"
#include "runner.h"
#include "support/temp_folder.h"

namespace playhead::abr_sim {
namespace {

constexpr const char* kTitles = "duration_ms,bandwidth_kbps,latency_ms\n";

Trace trace_of(const std::string& rows) {
  auto trace = Trace::parse(kTitles + rows);
  REQUIRE(trace.has_value());
  return *std::move(trace);
}

// Twenty segments of 2 s at 1, 2 and 4 Mbit/s, sizes as declared.
LadderFile make_ladder() {
  LadderFile ladder;
  ladder.name = "plain";
  ladder.segment_s = 2;
  ladder.bps = {1e6, 2e6, 4e6};
  ladder.sizes.assign(20, {2e6, 4e6, 8e6});
  return ladder;
}

Policy policy_of(const char* name) {
  auto policy = make_policy(name, {}, nullptr);
  REQUIRE(policy.has_value());
  return *std::move(policy);
}

TEST_CASE("trace: files that are none") {
  const char* const cases[] = {"",
                               "duration_ms,bandwidth_kbps,latency_ms\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n1000,0,20\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n1000,100\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n1000,abc,20\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n1000,-5,20\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n0,100,20\n",
                               "duration_ms,bandwidth_kbps,latency_ms\n1000,nan,20\n"};
  for (const char* text : cases) {
    CAPTURE(text);
    CHECK_FALSE(Trace::parse(text).has_value());
  }
  CHECK_FALSE(Trace::load("/no/such/file").has_value());
  CHECK_FALSE(Trace::load("/").has_value());
  CHECK_FALSE(read_file("/dev/zero").has_value());  // never ends
  CHECK(Trace::parse(std::string(kTitles) + "1000,100,20\r\n\r\n").has_value());
}

TEST_CASE("trace: with or without column names, whatever ends its lines") {
  const std::string rows = "1000,1000,10\n2000,500,20\n";
  std::string windows = rows;
  for (std::size_t at = 0; (at = windows.find('\n', at)) != windows.npos; at += 2) {
    windows.replace(at, 1, "\r\n");
  }
  for (const std::string& text : {kTitles + rows, rows, windows}) {
    CAPTURE(text);
    const auto trace = Trace::parse(text);
    REQUIRE(trace.has_value());
    CHECK(trace->bps(0.5) == 1'000'000);
    CHECK(trace->bps(1.5) == 500'000);
    CHECK(trace->bps(3.5) == 1'000'000);
  }
}

TEST_CASE("trace: what comes when") {
  // 1 Mbit/s for a second, nothing for two, 3 Mbit/s for one; again from the start after 4 s.
  const Trace trace = trace_of("1000,1000,10\n2000,0,20\n1000,3000,30\n");
  struct Case {
    const char* name;
    double from, bits, until;
  };
  const Case cases[] = {
      {"within a row", 0, 5e5, 0.5},
      {"the whole row", 0, 1e6, 1},
      {"over the silence", 0.5, 1e6, 3 + 0.5 / 3},
      {"from within the silence", 2, 3e5, 3.1},
      {"over the end", 3.5, 2e6, 4.5},
      {"exactly to the end", 3, 3e6, 4},
      {"several rounds", 0, 9e6, 9},
      {"nothing", 0.25, 0, 0.25},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(trace.finish(c.from, c.bits) == doctest::Approx(c.until));
    CHECK(trace.bits_until(c.until) - trace.bits_until(c.from) == doctest::Approx(c.bits));
  }
  CHECK(trace.latency(0) == doctest::Approx(0.01));
  CHECK(trace.latency(2) == doctest::Approx(0.02));
  CHECK(trace.latency(7.5) == doctest::Approx(0.03));
  CHECK(trace.bps(1.5) == 0);
}

TEST_CASE("session: startup, stall and the cap, by hand") {
  // 4 Mbit/s with 100 ms before the first byte: the lowest takes 0.6 s a segment of 2 s.
  const Trace steady = trace_of("1000,4000,100\n");
  const LadderFile ladder = make_ladder();
  const SessionResult low = play(steady, ladder, 6, policy_of("fixed-0"));
  CHECK(low.startup_s == doctest::Approx(0.6));
  CHECK(low.stall_s == 0);
  CHECK(low.rebuffers == 0);
  CHECK(low.segments.size() == 20);
  for (const SegmentPlay& segment : low.segments) CHECK(segment.level_after_s <= 6 - 0.6 + 1e-9);
  // The highest takes 2.1 s: a stall of 0.1 s each after the first.
  const SessionResult high = play(steady, ladder, 6, policy_of("fixed-top"));
  CHECK(high.startup_s == doctest::Approx(2.1));
  CHECK(high.stall_s == doctest::Approx(19 * 0.1));
  CHECK(high.rebuffers == 19);
}

TEST_CASE("session: a transfer that would stall is dropped for a lower one") {
  const LadderFile ladder = make_ladder();
  // Fast, then a tenth of it.
  const Trace trace = trace_of("7000,8000,50\n120000,300,50\n");
  const SessionResult result = play(trace, ladder, 12, policy_of("default"));
  CHECK(result.aborts > 0);
  CHECK(result.wasted_bits > 0);
  PolicyConfig stubborn;
  stubborn.settings.abandon = 0;
  auto policy = make_policy("default", stubborn, nullptr);
  REQUIRE(policy.has_value());
  const SessionResult without = play(trace, ladder, 12, *policy);
  CHECK(without.aborts == 0);
  CHECK(result.stall_s <= without.stall_s);
}

TEST_CASE("session: minutes without a byte end, with every figure finite") {
  const LadderFile ladder = make_ladder();
  const Trace trace = trace_of("5000,8000,50\n300000,0,50\n5000,8000000,50\n5000,8,50\n");
  for (const char* name : {"fixed-0", "fixed-top", "rate-0.8", "buffer", "default"}) {
    CAPTURE(name);
    const SessionResult result = play(trace, ladder, 30, policy_of(name));
    const Row row = make_row({}, ladder, result);
    CHECK(row.segments == 20);
    CHECK(row.stall_s > 200);
    CHECK(row.stall_s < 10'000);
    CHECK(row.qoe_log < 0);
    CHECK(row.rebuffer_ratio < 1);
  }
}

TEST_CASE("report: the figures of a session, by hand") {
  LadderFile ladder = make_ladder();
  ladder.sizes.resize(4);
  SessionResult result;
  result.segments.resize(4);
  for (std::size_t i = 0; i < 4; ++i) result.segments[i].kept = i < 2 ? 0 : 2;
  result.startup_s = 1;
  result.stall_s = 2;
  result.aborts = 1;
  result.wasted_bits = 5'000;
  const Row row = make_row({"f", "t", "l", "default", 30}, ladder, result);
  CHECK(row.switches == 1);
  CHECK(row.mean_kbps == doctest::Approx(2'500));
  CHECK(row.norm_utility == doctest::Approx(0.5));
  CHECK(row.rebuffer_ratio == doctest::Approx(0.2));
  // Half a point for each of 1.075, 1.075, 4.3, 4.3; less three seconds and one step.
  CHECK(row.qoe_lin == doctest::Approx(0.5 * 10.75 - 3 * 4.3 - 3.225));
  CHECK(row.qoe_log == doctest::Approx(std::log(4.0) * (1 - 3 - 1)));
  CHECK(row.qoe_soda == doctest::Approx(0.5 - 2 - 1.0 / 3));
  CHECK(row.wasted_kbit == doctest::Approx(5));
}

TEST_CASE("report: two runs are the same bytes, and every decision is made again") {
  const LadderFile ladder = make_ladder();
  const Trace trace = trace_of("7000,5000,50\n9000,600,80\n3000,0,50\n4000,20000,20\n");
  const auto run = [&](const char* name) {
    const Policy policy = policy_of(name);
    const Job job{"family", "a trace", "plain", name, 20};
    std::string log = session_line(job, policy) + "\n";
    SessionHooks hooks;
    hooks.on_record = [&log](const abr::DecisionRecord& record) {
      log += abr::encode(record) + "\n";
    };
    const Row row = make_row(job, ladder, play(trace, ladder, 20, policy, hooks));
    return to_json(row, {true, false}) + to_svg(row, ladder, trace) + log;
  };
  std::string logs;
  for (const char* name : {"fixed-0", "fixed-top", "rate-0.8", "buffer", "default"}) {
    CAPTURE(name);
    const std::string first = run(name);
    CHECK(run(name) == first);
    logs += first.substr(first.find("\nsession ") + 1);
  }
  const auto count = replay(logs);
  REQUIRE(count.has_value());
  CHECK(count->sessions == 5);
  CHECK(count->decisions >= 100);
  CHECK(count->differing == 0);
  const auto dos = replay(std::regex_replace(logs, std::regex("\n"), "\r\n"));
  REQUIRE(dos.has_value());
  CHECK(dos->decisions == count->decisions);
  // A log that lies is found out.
  const std::size_t last_score = logs.find_last_of("0123456789");
  logs[last_score] = logs[last_score] == '1' ? '2' : '1';
  const auto lying = replay(logs);
  REQUIRE(lying.has_value());
  CHECK(lying->differing == 1);
}

TEST_CASE("replay: texts that are no log") {
  for (const char* text : {"decide 1", "session default a b c 60", "session nobody a b c 60 | ",
                           "session default a b c 60 | margin=x", "nonsense"}) {
    CAPTURE(text);
    CHECK_FALSE(replay(text).has_value());
  }
}

TEST_CASE("config: presets, estimators and constants by name") {
  struct Case {
    const char* text;
    bool is_good;
  };
  const Case cases[] = {
      {"{}", true},
      {R"({"preset":"low_latency","estimator":"ewma","horizon":12})", true},
      {R"({"estimator":"harmonic"})", true},
      {R"({"estimator":"quantile"})", true},
      {R"({"estimator":"guess"})", false},
      {R"({"preset":"fast"})", false},
      {R"({"preset":5})", false},
      {R"({"horizon":-1})", false},
      {R"({"horizon":[]})", false},
      {R"({"nothing":1})", false},
      {"[]", false},
      {"", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_config(c.text).has_value() == c.is_good);
  }
  const auto config = parse_config(R"({"preset":"data_saver","horizon":12})");
  REQUIRE(config.has_value());
  CHECK(config->settings.horizon == 12);
  CHECK(config->settings.linear_share == 0);
}

TEST_CASE("files: ladders and jobs that are none") {
  for (const char* text :
       {"", "[]", "{}",
        R"({"segment_duration_ms":0,"bitrates_kbps":[1],"segment_sizes_bits":[[1]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[],"segment_sizes_bits":[[]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[2,1],"segment_sizes_bits":[[1,2]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[1,2],"segment_sizes_bits":[[1]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[1,2],"segment_sizes_bits":[[1,0]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[1,2],"segment_sizes_bits":[[1,1e300]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[1,1e300],"segment_sizes_bits":[[1,2]]})",
        R"({"segment_duration_ms":4000,"bitrates_kbps":[1,2],"segment_sizes_bits":[]})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ladder(text).has_value());
  }
  for (const char* text :
       {"", "{}", "[{}]", "[1]", R"([{"family":"a","trace":"b","ladder":"c","algo":"default"}])",
        R"([{"family":"..","trace":"b","ladder":"c","cap":60,"algo":"d"}])"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_jobs(text).has_value());
  }
  const auto jobs =
      parse_jobs(R"([{"family":"a","trace":"b","ladder":"c","cap":60,"algo":"default"}])");
  REQUIRE(jobs.has_value());
  CHECK(jobs->front().cap_s == 60);
}

TEST_CASE("runner: reads its files, and says what is wrong with them") {
  const playhead::test::TempFolder folder;
  REQUIRE(write_file(folder.path("t.csv"), std::string(kTitles) + "1000,3000,50\n").has_value());
  REQUIRE(write_file(folder.path("l.json"),
                     R"({"name":"l","labels":["a","b"],"segment_duration_ms":2000,)"
                     R"("bitrates_kbps":[500,1000],"segment_sizes_bits":[[1000000,2000000]]})")
              .has_value());
  Runner runner({});
  const Job job{"f", "t", "l", "default", 60};
  const auto row = runner.run(job, folder.path("t.csv"), folder.path("l.json"));
  REQUIRE(row.has_value());
  CHECK(row->segments == 1);
  CHECK(row->qoe_soda == 0);
  CHECK_FALSE(runner.run(job, folder.path("none.csv"), folder.path("l.json")).has_value());
  CHECK_FALSE(runner.run(job, folder.path("t.csv"), folder.path("t.csv")).has_value());
  Job unknown = job;
  unknown.algorithm = "magic";
  CHECK_FALSE(runner.run(unknown, folder.path("t.csv"), folder.path("l.json")).has_value());
  Job small = job;
  small.cap_s = 1;
  CHECK_FALSE(runner.run(small, folder.path("t.csv"), folder.path("l.json")).has_value());
  CHECK(to_table({*row}).find("f/t") != std::string::npos);
  REQUIRE(
      write_file(folder.path("slow.csv"), std::string(kTitles) + "1000,0.000001,50\n").has_value());
  const auto endless = runner.run(job, folder.path("slow.csv"), folder.path("l.json"));
  REQUIRE_FALSE(endless.has_value());
  CHECK(endless.error().context.find("too slow") != std::string::npos);
}

}  // namespace
}  // namespace playhead::abr_sim
