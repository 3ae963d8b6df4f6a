// SPDX-License-Identifier: Apache-2.0
#include "streaming/utc_timing_client.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_transport.h"
#include "support/virtual_executor.h"
#include "support/web_dates.h"

namespace playhead {
namespace {

const std::string kBase = "http://live.test/a/l.mpd";

std::string scheme(const std::string& name, const char* year = "2014") {
  return "urn:mpeg:dash:utc:" + name + ":" + year;
}

TEST_CASE("utc_timing: what can be asked, by preference") {
  struct Case {
    const char* name;
    UtcTiming timing;
    std::vector<std::string> places;
  };
  const Case cases[] = {
      {"a URL", {scheme("http-iso"), "http://t.test/now"}, {"http://t.test/now"}},
      {"of 2012", {scheme("http-xsdate", "2012"), "http://t.test/x"}, {"http://t.test/x"}},
      {"relative", {scheme("http-head"), "../now"}, {"http://live.test/now"}},
      {"several", {scheme("http-head"), " /a\n/b "}, {"http://live.test/a", "http://live.test/b"}},
      {"the time itself", {scheme("direct"), "2024-05-01T10:00:00Z"}, {"2024-05-01T10:00:00Z"}},
      {"no time", {scheme("direct"), "soon"}, {}},
      {"not of the web", {scheme("http-iso"), "file:///etc/passwd"}, {}},
      {"NTP", {scheme("ntp"), "ntp.test"}, {}},
      {"of an unknown year", {scheme("http-iso", "2044"), "http://t.test/"}, {}},
      {"without a year", {"urn:mpeg:dash:utc:http-iso", "http://t.test/"}, {}},
      {"of others", {"urn:x", "http://t.test/"}, {}}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<std::string> places;
    for (const auto& question : timing_questions({c.timing}, kBase)) {
      places.push_back(question.place);
    }
    CHECK(places == c.places);
  }
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "/x ";
  CHECK(timing_questions({{scheme("http-iso"), many}}, kBase).size() == 8);
}

TEST_CASE("utc_timing: a time is as exact as its digits") {
  CHECK(read_timing("2024-05-01T10:00:00Z\n")->resolution == 1s);
  CHECK(read_timing(" 2024-05-01T10:00:00.5Z")->resolution == 100ms);
  CHECK(read_timing("2024-05-01T10:00:00.123+02:00")->resolution == 1ms);
  CHECK(read_timing("2024-05-01T10:00:00.123456789123Z")->resolution == Duration{1});
  CHECK_FALSE(read_timing(""));
  CHECK_FALSE(read_timing("<html>"));
}

// A client and what it said.
struct Asked {
  test::VirtualExecutor executor;
  test::SimTransport transport{executor, test::SimLink::constant(8'000'000, 20ms)};
  ResourceFetcher fetcher{transport, executor};
  std::vector<DateSample> samples;
  std::vector<Error> warnings;
  int settled = 0;
  std::unique_ptr<UtcTimingClient> client;

  void start(const std::vector<UtcTiming>& timings) {
    client = std::make_unique<UtcTimingClient>(
        UtcTimingClient::Context{
            fetcher, executor, [this](const DateSample& sample) { samples.push_back(sample); },
            [this](const Error& error) { warnings.push_back(error); }, [this] { ++settled; }},
        timing_questions(timings, kBase), DateSample{{}, executor.now() - 1s, executor.now(), 0s});
    client->start();
  }
};

TEST_CASE("utc_timing: each way of asking tells the time, and within what") {
  struct Case {
    const char* name;
    UtcTiming timing;
    Duration resolution;
    const char* method;  // null: no request
  };
  const Case cases[] = {{"direct", {scheme("direct"), "2024-05-01T10:00:00.5Z"}, 100ms, nullptr},
                        {"head", {scheme("http-head", "2012"), "/head"}, 1s, "HEAD"},
                        {"iso", {scheme("http-iso"), "/iso"}, 1ms, "GET"},
                        {"xsdate", {scheme("http-xsdate"), "/iso"}, 1ms, "GET"}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Asked asked;
    test::WebAnswer head = test::text_answer("");
    head.headers.push_back({"Date", "Wed, 01 May 2024 10:00:00 GMT"});
    asked.transport.serve("http://live.test/head", head);
    asked.transport.serve_text("http://live.test/iso", "2024-05-01T10:00:00.500Z");
    asked.start({c.timing});
    asked.executor.run_for(500ms);
    REQUIRE(asked.samples.size() == 1);
    CHECK(asked.samples[0].resolution == c.resolution);
    CHECK(asked.samples[0].date.us / 1'000'000 == 1'714'557'600);
    CHECK(asked.samples[0].sent < asked.samples[0].received);
    CHECK(asked.client->is_settled());
    CHECK(asked.client->has_answer());
    CHECK(asked.settled == 1);
    const auto& records = asked.transport.records();
    REQUIRE(records.size() == (c.method ? 1 : 0));
    if (c.method) CHECK(records[0].method == c.method);
  }
}

// A clock that is ahead of the executor's by as much as is said.
struct Clock {
  explicit Clock(Asked& asked) {
    asked.transport.serve([this, &asked](const test::WebRequest&) {
      ++questions;
      return test::text_answer(test::iso_date(asked.executor.wall_now() + ahead));
    });
    asked.start({{scheme("http-iso"), "/iso"}});
    asked.executor.run_for(1s);
  }
  Duration ahead{0};
  int questions = 0;
};

TEST_CASE("utc_timing: T01 what contradicts the last answer is believed when it is said twice") {
  Asked asked;
  Clock clock(asked);
  REQUIRE(asked.samples.size() == 1);
  clock.ahead = 40s;
  asked.executor.run_for(5min);
  CHECK(clock.questions == 2);
  CHECK(asked.samples.size() == 1);
  SUBCASE("it was wrong for a moment") {
    clock.ahead = 0s;
    asked.executor.run_for(10s);
    CHECK(clock.questions == 3);
    REQUIRE(asked.samples.size() == 2);
    CHECK(asked.samples[1].date < asked.executor.wall_now());
  }
  SUBCASE("it was set") {
    asked.executor.run_for(10s);
    CHECK(clock.questions == 3);
    REQUIRE(asked.samples.size() == 2);
    CHECK(asked.samples[1].date > asked.executor.wall_now() + 25s);
  }
  asked.executor.run_for(4min);
  CHECK(clock.questions == 3);
}

TEST_CASE("utc_timing: T01 a clock that is doubted is asked again soon, seldom when for nothing") {
  Asked asked;
  Clock clock(asked);
  asked.client->doubt();
  asked.executor.run_for(8s);
  CHECK(clock.questions == 1);  // it was asked just now
  asked.executor.run_for(2s);
  CHECK(clock.questions == 2);
  SUBCASE("for nothing") {
    for (int i = 0; i < 3600; ++i) {
      asked.client->doubt();
      asked.executor.run_for(1s);
    }
    CHECK(clock.questions < 20);
    CHECK(clock.questions > 10);
  }
  SUBCASE("it had been wrong") {
    clock.ahead = -30s;
    asked.client->doubt();
    asked.executor.run_for(40s);
    CHECK(clock.questions == 4);
    REQUIRE(asked.samples.size() == 3);
    CHECK(asked.samples[2].date < asked.executor.wall_now() - 30s);
  }
}

TEST_CASE("utc_timing: M25 what cannot be read is passed over, then warned of, and asked again") {
  Asked asked;
  asked.transport.serve_text("http://live.test/page", "<html>");
  SUBCASE("the next one answers") {
    asked.transport.serve_text("http://live.test/iso", "2024-05-01T10:00:00Z");
    asked.start({{scheme("http-iso"), "/page"}, {scheme("http-iso"), "/gone /iso"}});
    asked.executor.run_for(20s);
    CHECK(asked.samples.size() == 1);
    CHECK(asked.warnings.empty());
  }
  SUBCASE("none does") {
    asked.start({{scheme("http-iso"), "/page"}});
    asked.executor.run_for(30min);
    CHECK(asked.client->is_settled());
    CHECK_FALSE(asked.client->has_answer());
    CHECK(asked.warnings.size() == 1);
    CHECK(asked.warnings[0].severity == Severity::kRecoverable);
    CHECK(asked.transport.records().size() <= 8);  // every five minutes
    // It comes back.
    asked.transport.serve_text("http://live.test/page", "2024-05-01T10:00:00Z");
    asked.executor.run_for(6min);
    CHECK(asked.client->has_answer());
  }
  SUBCASE("it never answers: after a second nobody waits") {
    test::SimFault silent;
    silent.url_contains = "page";
    silent.is_silent = true;
    asked.transport.add_fault(silent);
    asked.start({{scheme("http-iso"), "/page"}});
    asked.executor.run_for(900ms);
    CHECK_FALSE(asked.client->is_settled());
    asked.executor.run_for(200ms);
    CHECK(asked.client->is_settled());
    CHECK(asked.settled == 1);
  }
}

}  // namespace
}  // namespace playhead
