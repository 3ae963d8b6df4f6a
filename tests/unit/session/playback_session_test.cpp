// SPDX-License-Identifier: Apache-2.0
#include "session/playback_session.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "support/memory_store.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {

namespace {

struct Rig {
  VirtualExecutor executor;
  MemoryStore store{executor};
  FakeService service{executor};
  ApiAccess access{"https://api", [](bool, TokenCallback done) { done(std::string("token-1")); }};
  std::unique_ptr<Outbox> outbox =
      std::make_unique<Outbox>(access, store, service, executor, OutboxObserver{});
  std::unique_ptr<PlaybackSession> session;

  explicit Rig(Duration interval = 4s) { open(interval); }
  void open(Duration interval = 4s) {
    PlaybackSessionConfig config;
    config.title_id = "m";
    config.progress_interval = interval;
    session = std::make_unique<PlaybackSession>(config, access, *outbox, service, executor);
  }
  Result<SessionStart> start() {
    std::optional<Result<SessionStart>> answer;
    session->start([&](Result<SessionStart> result) { answer = std::move(result); });
    REQUIRE(executor.run_until_true([&] { return answer.has_value(); }, 100s));
    return *answer;
  }
  // Plays on, as an engine does: updates at every change and at every deadline.
  void play(int64_t from_ms, int64_t for_ms) {
    const MonotonicTime begin = executor.now();
    const MonotonicTime end = begin + std::chrono::milliseconds(for_ms);
    const auto update = [&] {
      const Duration played = executor.now() - begin;
      session->update(PlayActivity::kPlaying, MediaTime{from_ms * 1000 + played.count()});
    };
    update();
    while (executor.now() < end) {
      executor.run_until(std::min(end, session->next_deadline().value_or(end)));
      update();
    }
  }
};

std::optional<FakeService::Answer> refuse_progress(const Request& request) {
  if (request.url.find("progress") == std::string::npos) return std::nullopt;
  return problem(500, "", "x");
}

}  // namespace

TEST_CASE("playback_session: starts where the service says") {
  Rig rig;
  rig.service.positions["m"].seconds = 42.5;
  const auto start = rig.start();
  REQUIRE(start.has_value());
  CHECK(start->manifest_url == "https://cdn.example/m/main.m3u8?exp=1&sig=s");
  CHECK(start->manifest_type == "hls");
  CHECK(start->resume_position == MediaTime{42'500'000});
  REQUIRE(start->renew_at.has_value());
  // Granted for 100 s: 80 s, give or take the service's clock.
  const Duration ahead = *start->renew_at - rig.executor.now();
  CHECK(ahead > 78s);
  CHECK(ahead < 82s);
  CHECK(rig.service.count("/api/v1/stream?") == 1);
}

TEST_CASE("playback_session: what an earlier run could not deliver decides where to resume") {
  Rig rig;
  rig.service.script = refuse_progress;
  REQUIRE(rig.start().has_value());
  rig.play(0, 30'000);
  // The process is killed and started again.
  rig.store.crash();
  rig.session.reset();
  rig.outbox.reset();
  rig.store.restart();
  rig.outbox =
      std::make_unique<Outbox>(rig.access, rig.store, rig.service, rig.executor, OutboxObserver{});
  rig.open();
  SUBCASE("the service is well again: it is told first and then asked") {
    rig.service.script = nullptr;
    const auto start = rig.start();
    CHECK(start->resume_position == MediaTime{28'000'000});
    CHECK(rig.service.positions["m"].seconds == 28);
  }
  SUBCASE("it still takes no progress, and does not say when its position was recorded") {
    rig.service.positions["m"].seconds = 500;
    CHECK(rig.start()->resume_position == MediaTime{28'000'000});
    CHECK(rig.service.positions["m"].seconds == 500);
  }
}

TEST_CASE("playback_session: of what waits and what the service knows the newer is resumed") {
  for (const Duration clock_ahead : {Duration{0}, Duration{-48h}, Duration{48h}}) {
    Rig rig;
    rig.service.clock_ahead = clock_ahead;
    rig.service.script = refuse_progress;
    REQUIRE(rig.start().has_value());
    rig.play(0, 30'000);
    const WallTime now = rig.executor.wall_now() + clock_ahead;
    rig.open();
    const auto resumed_when_another_was_at = [&](Duration ago) {
      rig.service.positions["m"] = {500, format_rfc3339(now - ago), "another"};
      return rig.start()->resume_position;
    };
    SUBCASE("another device went on") {
      CHECK(resumed_when_another_was_at(-60s) == MediaTime{500'000'000});
    }
    SUBCASE("another device was before") {
      CHECK(resumed_when_another_was_at(60s) == MediaTime{28'000'000});
    }
  }
}

// The device's clock was wrong when the report was made, and the service's not known yet.
TEST_CASE("playback_session: H07 stamps of the device's clock are compared by the service's") {
  Rig rig;
  rig.service.clock_ahead = 48h;
  ProgressReport report;
  report.title_id = "m";
  report.session_id = "s";
  report.position = 28s;
  report.recorded_at = rig.executor.wall_now();
  rig.service.script = refuse_progress;
  rig.outbox->put_progress(report);
  const WallTime an_hour_before = rig.executor.wall_now() + 47h;  // by the service's clock
  rig.service.positions["m"] = {500, format_rfc3339(an_hour_before), "another"};
  CHECK(rig.start()->resume_position == MediaTime{28'000'000});
}

TEST_CASE("playback_session: a renewal names the session that it renews") {
  Rig rig;
  std::vector<std::string> named;
  rig.service.script = [&](const Request& request) -> std::optional<FakeService::Answer> {
    if (request.url.find("/v1/playback/start") == std::string::npos) return std::nullopt;
    const auto body = nlohmann::json::parse(request.body);
    named.push_back(body.value("session_id", "none"));
    const nlohmann::json grant = {{"manifest_url", "https://cdn.example/m.m3u8"},
                                  {"session_id", "of-service"}};
    return FakeService::Answer{200, grant.dump(), {}, std::nullopt};
  };
  PlaybackSessionConfig config;
  config.title_id = "m";
  config.service.start = PlaybackStart::kSession;
  rig.session =
      std::make_unique<PlaybackSession>(config, rig.access, *rig.outbox, rig.service, rig.executor);
  REQUIRE(rig.start().has_value());
  std::optional<bool> is_renewed;
  rig.session->renew([&](const Result<SessionStart>& answer) { is_renewed = answer.has_value(); });
  REQUIRE(rig.executor.run_until_true([&] { return is_renewed.has_value(); }, 100s));
  CHECK(named == std::vector<std::string>{"none", "of-service"});
}

TEST_CASE("playback_session: a title played out starts at 0, known to the service or not") {
  Rig rig;
  rig.service.script = refuse_progress;
  REQUIRE(rig.start().has_value());
  rig.play(0, 5'000);
  rig.session->update(PlayActivity::kEnded, MediaTime{60'000'000});
  rig.executor.run_for(1s);
  rig.open();
  CHECK(rig.start()->resume_position == MediaTime{0});
}

TEST_CASE("playback_session: reports while it plays, by the service's clock") {
  for (const Duration interval : {Duration{4s}, Duration{10s}}) {
    Rig rig(interval);
    rig.service.clock_ahead = -30 * 24h;  // the device is a month ahead
    REQUIRE(rig.start().has_value());
    std::vector<ProgressReport> sent;
    const CancelHandle reports = rig.session->on_progress_sent(
        [&](const ProgressReport& report) { sent.push_back(report); });
    rig.play(0, 61'000);
    rig.executor.run_for(1s);
    CHECK(static_cast<int64_t>(sent.size()) == 61'000 / to_ms(interval));
    for (const ProgressReport& report : sent) {
      CHECK(report.session_id == rig.session->session_id());
      CHECK(report.is_server_time);
      const Duration error =
          report.recorded_at - (rig.executor.wall_now() + rig.service.clock_ahead);
      CHECK(error < 1s);
      CHECK(error > -70s);
    }
    CHECK(rig.service.positions["m"].session_id == rig.session->session_id());
  }
}

TEST_CASE("playback_session: the device's clock may jump while it plays") {
  Rig rig;
  REQUIRE(rig.start().has_value());
  rig.play(0, 9'000);
  rig.executor.jump_wall(-365 * 24h);
  rig.service.clock_ahead = 365 * 24h;  // the service's clock stays
  rig.play(9'000, 9'000);
  rig.executor.run_for(1s);
  CHECK(rig.service.positions["m"].seconds == 16);
}

TEST_CASE("playback_session: stops and ends are sent although the queue was backing off") {
  Rig rig;
  rig.service.script = refuse_progress;
  REQUIRE(rig.start().has_value());
  rig.play(0, 300'000);
  rig.service.script = nullptr;
  rig.session->update(PlayActivity::kStopped, MediaTime{301'500'000});
  rig.session.reset();  // the report is the outbox's
  rig.executor.run_for(200ms);
  CHECK(rig.service.positions["m"].seconds == 301.5);
}

TEST_CASE("playback_session: an aborted start leaves the saved position alone") {
  Rig rig;
  rig.service.positions["m"].seconds = 42;
  REQUIRE(rig.start().has_value());
  rig.session->update(PlayActivity::kBuffering, MediaTime{42'000'000});
  rig.session->update(PlayActivity::kStopped, MediaTime{0});
  rig.executor.run_for(10s);
  CHECK(rig.service.positions["m"].seconds == 42);
  CHECK(rig.service.posted.empty());
}

TEST_CASE("playback_session: renewals share one question and keep the resume position") {
  Rig rig;
  rig.service.positions["m"].seconds = 10;
  REQUIRE(rig.start().has_value());
  rig.service.positions["m"].seconds = 99;
  std::vector<SessionStart> answers;
  for (int i = 0; i < 3; ++i) {
    rig.session->renew([&](Result<SessionStart> result) {
      REQUIRE(result.has_value());
      answers.push_back(*result);
    });
  }
  rig.executor.run_for(1s);
  CHECK(answers.size() == 3);
  CHECK(rig.service.count("/api/v1/stream?") == 2);
  for (const SessionStart& answer : answers) {
    CHECK(answer.resume_position == MediaTime{10'000'000});
  }
  rig.session->renew([&](Result<SessionStart> result) { answers.push_back(*result); });
  rig.executor.run_for(1s);
  CHECK(rig.service.count("/api/v1/stream?") == 3);
}

TEST_CASE("playback_session: errors reach everyone who waits") {
  Rig rig;
  rig.service.script = [](const Request&) { return problem(403, "geo", "Not here."); };
  const auto start = rig.start();
  REQUIRE(!start.has_value());
  CHECK(start.error().code == ErrorCode::kNotEntitled);
  CHECK(start.error().context == "Not here. [geo]");
}

TEST_CASE("playback_session: destroyed at any moment, no callback runs after it") {
  for (int steps = 0; steps < 60; ++steps) {
    Rig rig;
    rig.service.script = steps % 2 == 0 ? refuse_progress : nullptr;
    bool was_called = false;
    rig.session->start([&](const Result<SessionStart>&) { was_called = true; });
    rig.session->renew([&](const Result<SessionStart>&) { was_called = true; });
    rig.executor.run_for(Duration{400} * steps);
    const bool called_before = was_called;
    rig.session.reset();
    was_called = false;
    rig.executor.run_for(100s);
    CHECK(!was_called);
    if (called_before) break;
  }
}

TEST_CASE(
    "playback_session: a protected profile's play is renewed by its PIN when another was chosen") {
  for (const PlaybackStart how : {PlaybackStart::kStream, PlaybackStart::kSession}) {
    CAPTURE(how == PlaybackStart::kSession);
    Rig rig;
    std::vector<std::string> pins;
    rig.service.script = [&](const Request& request) -> std::optional<FakeService::Answer> {
      const std::string& body = request.body;
      std::string pin = body.find(R"("pin":"1234")") == std::string::npos ? "" : "1234";
      for (const HttpHeader& one : request.credentials) {
        if (one.name == "X-Profile-Pin") pin = one.value;
      }
      pins.push_back(pin);
      return problem(403, "pin_required", "No.");
    };
    rig.access.profile.choose({"mum", "1234"}, rig.executor.now());
    PlaybackSessionConfig config;
    config.title_id = "m";
    config.profile_id = "mum";
    config.service.start = how;
    rig.session = std::make_unique<PlaybackSession>(config, rig.access, *rig.outbox, rig.service,
                                                    rig.executor);
    CHECK(!rig.start().has_value());
    rig.access.profile.choose({"kids", ""}, rig.executor.now());
    CHECK(rig.access.profile.pins().push_in("kids").pin.empty());
    rig.session->renew([](const Result<SessionStart>&) {});
    rig.executor.run_for(1s);
    CHECK(pins == std::vector<std::string>{"1234", "1234"});
  }
}

TEST_CASE("playback_session: a start by a session takes its places and reports about it") {
  Rig rig;
  int starts = 0;
  std::string body;
  rig.service.script = [&](const Request& request) -> std::optional<FakeService::Answer> {
    if (request.url.find("/v1/playback/start") == std::string::npos) {
      return FakeService::Answer{204, "", {}, {}};
    }
    ++starts;
    body = request.body;
    const int64_t now_s = rig.executor.wall_now().us / 1'000'000;
    return FakeService::Answer{
        200,
        R"({"asset_id":"m","manifest_url":"https://a/m.mpd?s=1","manifest_type":"dash","drm":null,)"
        R"("expires_at":)" +
            std::to_string(now_s + 100) +
            R"(,"resume_position_seconds":61.5,"session_id":"theirs","is_resumed":true,)"
            R"("existing_session":{"session_id":"x","device_id":"tv-2","device_type":"tv",)"
            R"("last_seen_at":5},"locations":[{"id":"1","manifest_url":"https://a/m.mpd?s=1"},)"
            R"({"id":"2","manifest_url":"https://b/m.mpd?s=1"}],"heartbeat_seconds":20,)"
            R"("server_time":1})",
        {},
        {}};
  };
  TelemetryOutbox telemetry(rig.access, rig.store, rig.service, rig.executor, {});
  PlaybackSessionConfig config;
  config.title_id = "m";
  config.profile_id = "kids";
  config.service.start = PlaybackStart::kSession;
  config.service.device.id = "tv-1";
  config.service.device.type = DeviceType::kTv;
  config.service.device.formats = {"dash"};
  config.service.reports_events = true;
  config.service.heartbeat = 10s;
  config.telemetry = &telemetry;
  rig.session =
      std::make_unique<PlaybackSession>(config, rig.access, *rig.outbox, rig.service, rig.executor);
  const auto start = rig.start();
  REQUIRE(start.has_value());
  CHECK(start->manifest_url == "https://a/m.mpd?s=1");
  CHECK(start->places == std::vector<std::string>{"https://a/m.mpd?s=1", "https://b/m.mpd?s=1"});
  CHECK(start->resume_position == MediaTime{61'500'000});
  CHECK(start->is_resumed);
  REQUIRE(start->other_session.has_value());
  CHECK(start->other_session->device_id == "tv-2");
  CHECK(start->renew_at.has_value());
  CHECK(body == R"({"asset_id":"m","device":{"device_id":"tv-1","formats":["dash"],"type":"tv"},)"
                R"("profile_id":"kids"})");

  rig.session->observe(FirstFrame{}, {});
  rig.play(61'500, 45'000);
  std::vector<std::string> reports;
  for (const auto& seen : rig.service.seen) {
    const bool is_report = seen.request.url.find("/api/playback/heartbeat") != std::string::npos ||
                           seen.request.url.find("/v1/playback/events") != std::string::npos;
    if (!is_report) continue;
    CHECK(seen.request.body.find(R"("session_id":"theirs")") != std::string::npos);
    reports.push_back(seen.request.url.substr(12));
  }
  // The service's own interval goes first: two beats, not four.
  CHECK(std::count(reports.begin(), reports.end(), "api/playback/heartbeat") == 2);
  CHECK(std::count(reports.begin(), reports.end(), "v1/playback/events") == 1);

  rig.session->renew([](const Result<SessionStart>& renewed) {
    CHECK(renewed.has_value());
    CHECK(renewed->resume_position == MediaTime{61'500'000});
  });
  rig.executor.run_for(1s);
  CHECK(starts == 2);
}

TEST_CASE("playback_session: a callback may destroy the session") {
  Rig rig;
  int calls = 0;
  rig.session->start([&](const Result<SessionStart>&) {
    ++calls;
    rig.session.reset();
  });
  rig.session->renew([&](const Result<SessionStart>&) { ++calls; });
  rig.executor.run_for(10s);
  CHECK(calls == 1);
}

TEST_CASE("playback_session: session ids and renewal times") {
  CHECK(make_session_id(0, 0) == "00000000-0000-4000-8000-000000000000");
  CHECK(make_session_id(~uint64_t{0}, ~uint64_t{0}) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  Rig one;
  const std::string first = one.session->session_id();
  one.open();
  CHECK(one.session->session_id() != first);
  CHECK(renew_after({0}, {20'000'000}) == 16s);
  CHECK(renew_after({0}, {0}) == 1s);
  CHECK(renew_after({9'000'000}, {0}) == 1s);
}

}  // namespace playhead::test
