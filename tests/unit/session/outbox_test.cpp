// SPDX-License-Identifier: Apache-2.0
#include "session/outbox.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "session/account_store.h"
#include "session/api_json.h"
#include "session/position_memory.h"
#include "session/telemetry_outbox.h"
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
  std::vector<std::string> saved, delivered, dropped, troubles;
  std::optional<Outbox> outbox;

  explicit Rig(OutboxLimits limits = {}) { open(limits); }

  void open(OutboxLimits limits = {}) {
    OutboxObserver observer;
    observer.on_saved = [this](const ProgressReport& r) { saved.push_back(text_of(r)); };
    observer.on_delivered = [this](const ProgressReport& r) { delivered.push_back(text_of(r)); };
    observer.on_dropped = [this](const ProgressReport& r, const Error& error) {
      dropped.push_back(text_of(r) + " " + std::string(error_name(error.code)));
    };
    observer.on_trouble = [this](const Error& error) {
      troubles.emplace_back(error_name(error.code));
    };
    outbox.emplace(access, store, service, executor, std::move(observer), limits);
  }

  static std::string text_of(const ProgressReport& report) {
    return report.title_id + "@" + std::to_string(to_ms(report.position) / 1000);
  }
  ProgressReport report(const std::string& title, int64_t seconds) const {
    ProgressReport made;
    made.title_id = title;
    made.position = std::chrono::seconds(seconds);
    made.recorded_at = executor.wall_now();
    made.session_id = "s";
    return made;
  }
  void put(const std::string& title, int64_t seconds) {
    outbox->put_progress(report(title, seconds));
  }
  std::size_t waiting() const { return store.committed("outbox/progress").size(); }
  std::optional<std::optional<ProgressReport>> settle(const std::string& title,
                                                      Duration limit = 5s) {
    std::optional<std::optional<ProgressReport>> answer;
    const CancelHandle handle =
        outbox->settle("", title, 1s, executor,
                       [&](std::optional<ProgressReport> left) { answer = std::move(left); });
    executor.run_until_true([&] { return answer.has_value(); }, limit);
    return answer;
  }
};

using Strings = std::vector<std::string>;

std::optional<FakeService::Answer> unreachable(const Request&) {
  return FakeService::Answer{0, "", {}, ErrorCode::kNetworkUnreachable};
}

}  // namespace

TEST_CASE("outbox: a report is saved, delivered and erased") {
  Rig rig;
  rig.put("m", 12);
  rig.executor.run_for(1s);
  CHECK(rig.saved == Strings{"m@12"});
  CHECK(rig.delivered == Strings{"m@12"});
  CHECK(rig.service.posted == Strings{"m@12.000"});
  CHECK(rig.waiting() == 0);
  CHECK(rig.dropped.empty());
  CHECK(rig.troubles.empty());
}

TEST_CASE("outbox: what an account could not deliver waits for that account") {
  VirtualExecutor executor;
  const auto disk = std::make_shared<MemoryStore>(executor);
  FakeService service{executor};
  service.script = unreachable;
  std::vector<std::string> tokens;  // of every report that arrived
  // What a client of the account does: everything that it has of this disk.
  struct Visit {
    Visit(VirtualExecutor& executor, const std::shared_ptr<Store>& disk, FakeService& service,
          const std::string& name)
        : store(name.empty() ? disk : std::make_shared<AccountStore>(disk, name)),
          access("https://api", [name](bool, TokenCallback done) { done("token-of-" + name); }),
          outbox(access, *store, service, executor, OutboxObserver{}),
          telemetry(access, *store, service, executor, nullptr),
          positions(*store, executor) {}
    std::shared_ptr<Store> store;
    ApiAccess access;
    Outbox outbox;
    TelemetryOutbox telemetry;
    PositionMemory positions;
  };
  const auto play = [&](const std::string& name, int64_t seconds) {
    Visit visit(executor, disk, service, name);
    ProgressReport report;
    report.title_id = "m";
    report.session_id = "s-" + name;
    report.position = std::chrono::seconds(seconds);
    report.recorded_at = executor.wall_now();
    visit.positions.note(report);
    visit.telemetry.put(Heartbeat{{"s-" + name, "m", ""}, "b-" + name, report.recorded_at});
    visit.telemetry.put(
        TelemetryBatch{
            {"s-" + name, "m", ""}, false, {{"e-" + name, "play", report.recorded_at}}},
        executor.now());
    visit.outbox.put_progress(std::move(report));
    executor.run_for(1s);
  };
  play("alice", 10);
  play("", 20);
  service.script = [&](const Request& request) {
    const auto token = std::find_if(request.credentials.begin(), request.credentials.end(),
                                    [](const HttpHeader& h) { return h.name == "Authorization"; });
    tokens.push_back(token->value + " " + request.body.substr(request.body.find("\"s-"), 10));
    return std::optional(FakeService::Answer{204, "", {}, std::nullopt});
  };
  // Everything that waits for `name`, and where it was in the title.
  const auto visit = [&](const std::string& name) {
    Visit again(executor, disk, service, name);
    tokens.clear();
    again.outbox.flush();
    again.telemetry.flush();
    std::optional<MediaTime> position;
    const CancelHandle recall = again.positions.recall(
        "", "m", executor, [&](std::optional<MediaTime> found) { position = found; });
    executor.run_for(100s);
    return position;
  };
  CHECK_FALSE(visit("bob").has_value());
  CHECK(tokens.empty());
  CHECK(visit("alice") == MediaTime{10'000'000});
  REQUIRE(tokens.size() == 3);
  for (const std::string& each : tokens) CHECK(each.find("token-of-alice \"s-alice") != each.npos);
  CHECK(visit("") == MediaTime{20'000'000});
  CHECK(tokens.size() == 3);
  visit("alice");
  CHECK(tokens.empty());
}

TEST_CASE("outbox: the write is on its way to the disk before the network is asked") {
  Rig rig;
  rig.executor.run_for(10ms);  // loaded
  const int64_t before = rig.store.operations();
  rig.put("m", 12);
  int64_t at_first_request = -1;
  rig.executor.run_until_true(
      [&] {
        if (!rig.service.seen.empty() && at_first_request < 0) {
          at_first_request = rig.store.operations();
        }
        return at_first_request >= 0;
      },
      1s);
  CHECK(at_first_request > before);
}

TEST_CASE("outbox: H01 H05 offline for an hour, then only the newest of each title is sent") {
  Rig rig;
  rig.service.script = unreachable;
  for (int i = 0; i < 900; ++i) {
    rig.put(i % 2 == 0 ? "a" : "b", i);
    rig.executor.run_for(4s);
  }
  CHECK(rig.delivered.empty());
  CHECK(rig.waiting() == 2);
  CHECK(rig.dropped.empty());
  // 3,600 s at about 7.5 s each, after the first minute.
  CHECK(rig.service.seen.size() < 600);
  rig.service.script = nullptr;
  rig.executor.run_for(61s);
  CHECK(rig.waiting() == 0);
  CHECK(rig.service.positions["a"].seconds == 898);
  CHECK(rig.service.positions["b"].seconds == 899);
  CHECK(rig.service.posted.size() == 2);
}

TEST_CASE("outbox: flush does not wait for the back-off") {
  Rig rig;
  rig.service.script = unreachable;
  rig.put("m", 1);
  rig.executor.run_for(600s);
  rig.service.script = nullptr;
  rig.outbox->flush();
  rig.executor.run_for(100ms);
  CHECK(rig.delivered == Strings{"m@1"});
}

TEST_CASE("outbox: a restart delivers what was left") {
  Rig rig;
  rig.service.script = unreachable;
  for (int i = 0; i < 2500; ++i) rig.put("m" + std::to_string(i), i);  // three pages
  rig.executor.run_for(1s);
  CHECK(rig.waiting() == 2500);
  rig.store.crash();
  rig.outbox.reset();
  rig.store.restart();
  rig.service.script = nullptr;
  rig.open();
  rig.executor.run_for(60s);
  CHECK(rig.waiting() == 0);
  CHECK(rig.service.posted.size() == 2500);
  CHECK(rig.service.positions["m2499"].seconds == 2499);
}

TEST_CASE("outbox: what is played now goes before what an earlier run left") {
  Rig rig;
  rig.service.script = unreachable;
  for (int i = 0; i < 500; ++i) rig.put("old" + std::to_string(i), i);
  rig.executor.run_for(1s);
  rig.outbox.reset();
  rig.service.script = nullptr;
  rig.open();
  rig.put("now", 7);
  REQUIRE(rig.executor.run_until_true([&] { return !rig.delivered.empty(); }, 10s));
  CHECK(rig.delivered.front() == "now@7");
}

TEST_CASE("outbox: an earlier run's clock does not beat the present") {
  Rig rig;
  rig.service.script = unreachable;
  rig.executor.jump_wall(24h);
  rig.put("m", 1);
  rig.executor.run_for(1s);
  rig.outbox.reset();
  rig.executor.jump_wall(-24h);  // the user corrects the clock
  rig.open();
  rig.executor.run_for(1s);
  rig.put("m", 2);
  rig.service.script = nullptr;
  rig.executor.run_for(60s);
  CHECK(rig.service.positions["m"].seconds == 2);
  CHECK(rig.waiting() == 0);
}

TEST_CASE("outbox: H07 reports stamped by a wrong device clock are corrected when sent") {
  Rig rig;
  rig.service.clock_ahead = -24h;  // the device is a day ahead
  const WallTime truth = rig.executor.wall_now() - 24h;
  rig.put("first", 1);  // teaches the clock
  rig.executor.run_for(1s);
  rig.put("m", 2);
  rig.executor.run_for(1s);
  const std::string sent = rig.service.positions["m"].recorded_at;
  CHECK(sent.substr(0, 16) ==
        // the same minute
        [&] {
          ProgressReport at_truth;
          at_truth.recorded_at = truth;
          const std::string body = progress_body(at_truth);
          return body.substr(body.find("recorded_at") + 14, 16);
        }());
}

TEST_CASE("outbox: how answers end") {
  struct Case {
    const char* name;
    FakeService::Answer answer;
    bool is_dropped_at_once;
    const char* error;
  };
  const Case cases[] = {
      {"H06 bad request", problem(400, "bad_field", "No."), true, "API_REJECTED"},
      {"not entitled", problem(403, "geo", "No."), true, "NOT_ENTITLED"},
      {"unknown title", problem(404, "unknown_title", "No."), true, "NOT_FOUND"},
      {"H06 too large", problem(413, "too_large", "No."), true, "API_REJECTED"},
      {"a proxy's 403", {403, "<html>", {}, std::nullopt}, false, "NOT_ENTITLED"},
      {"a portal's 200", {200, "<html>", {}, std::nullopt}, false, "API_BAD_ANSWER"},
      {"a redirect", {302, "", {}, std::nullopt}, false, "API_BAD_ANSWER"},
      {"request timeout", problem(408, "", "x"), false, "NETWORK_TIMEOUT"},
      {"too many requests", problem(429, "slow_down", ""), false, "SERVER_BUSY"},
      {"token refused", problem(401, "bad_token", ""), false, "UNAUTHORIZED"},
      {"broken", problem(500, "", "x"), false, "HTTP_STATUS"},
      {"tls", {0, "", {}, ErrorCode::kTlsFailure}, false, "TLS_FAILURE"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Rig rig;
    rig.service.script = [&](const Request&) { return c.answer; };
    rig.put("m", 1);
    rig.executor.run_for(9min);  // a person signs in at a portal
    if (c.is_dropped_at_once) {
      CHECK(rig.dropped == Strings{std::string("m@1 ") + c.error});
      CHECK(rig.waiting() == 0);
      CHECK(rig.service.seen.size() == 1);
      continue;
    }
    CHECK(rig.dropped.empty());
    CHECK(rig.waiting() == 1);
    REQUIRE(!rig.troubles.empty());
    CHECK(rig.troubles.front() == c.error);
    rig.service.script = nullptr;
    rig.executor.run_for(61s);
    CHECK(rig.delivered == Strings{"m@1"});
    CHECK(rig.waiting() == 0);
  }
}

TEST_CASE("outbox: H06 one poisoned title does not hold up the others") {
  Rig rig;
  rig.service.script = [](const Request& request) -> std::optional<FakeService::Answer> {
    if (request.body.find("\"bad\"") == std::string::npos) return std::nullopt;
    return problem(500, "", "x");
  };
  for (int i = 0; i < 60; ++i) {
    rig.put("good" + std::to_string(i % 3), i);
    rig.put("bad", i);
    rig.executor.run_for(4s);
  }
  rig.executor.run_for(10s);
  CHECK(rig.service.positions["good2"].seconds == 59);
  CHECK(rig.waiting() == 1);
}

TEST_CASE("outbox: Retry-After is never undercut, not even by flush") {
  Rig rig;
  rig.service.script = [](const Request&) {
    return problem(503, "busy", "", {{"Retry-After", "30"}});
  };
  rig.put("m", 0);
  for (int i = 1; i < 100; ++i) {
    rig.executor.run_for(2s);
    rig.put("m", i);
    rig.outbox->flush();
  }
  REQUIRE(rig.service.seen.size() > 2);
  for (std::size_t i = 1; i < rig.service.seen.size(); ++i) {
    CHECK(rig.service.seen[i].at - rig.service.seen[i - 1].at >= 30s);
  }
}

TEST_CASE("outbox: one request per title at a time, the newest follows") {
  Rig rig;
  rig.service.latency = 1s;
  for (int i = 0; i < 10; ++i) {
    rig.put("m", i);
    rig.executor.run_for(10ms);
  }
  rig.executor.run_for(5s);
  CHECK(rig.service.posted == Strings{"m@0.000", "m@9.000"});
  CHECK(rig.waiting() == 0);
}

TEST_CASE("outbox: a store that fails does not stop the sending") {
  Rig rig;
  rig.store.break_down(ErrorCode::kStoreFull);
  rig.executor.run_for(1s);
  rig.put("a", 1);
  rig.executor.run_for(1s);
  CHECK(rig.delivered == Strings{"a@1"});
  CHECK(std::count(rig.troubles.begin(), rig.troubles.end(), "STORE_FULL") >= 2);
  rig.service.script = unreachable;
  rig.put("b", 2);
  rig.executor.run_for(5s);
  CHECK(rig.saved.empty());
  rig.store.heal();
  rig.executor.run_for(20s);  // tries again by itself
  CHECK(rig.saved == Strings{"b@2"});
  CHECK(rig.waiting() == 1);
  CHECK(rig.dropped.empty());
}

TEST_CASE("outbox: what an unreadable store holds is delivered when it can be read again") {
  Rig rig;
  rig.service.script = unreachable;
  rig.put("old", 1);
  rig.executor.run_for(1s);
  rig.outbox.reset();
  rig.store.break_down(ErrorCode::kStoreIo);
  rig.service.script = nullptr;
  rig.open();
  rig.executor.run_for(1s);
  CHECK(rig.delivered.empty());
  rig.store.heal();
  rig.executor.run_for(20s);
  CHECK(rig.delivered == Strings{"old@1"});
  CHECK(rig.waiting() == 0);
}

TEST_CASE("outbox: a store that lost everything is filled again from memory") {
  Rig rig;
  rig.service.script = unreachable;
  for (int i = 0; i < 3; ++i) rig.put("m" + std::to_string(i), i);
  rig.executor.run_for(1s);
  rig.store.plan(rig.store.operations() + 1, MemoryStore::Fault::kCorrupt);
  rig.put("m0", 10);
  rig.executor.run_for(1s);
  CHECK(rig.waiting() == 0);
  rig.executor.run_for(20s);
  CHECK(rig.waiting() == 3);
}

TEST_CASE("outbox: a store that does not answer is not waited for") {
  VirtualExecutor executor;
  MemoryStore store(executor, 1h);
  FakeService service(executor);
  ApiAccess access("https://api", [](bool, TokenCallback done) { done(std::string("token-1")); });
  Outbox outbox(access, store, service, executor, {});
  ProgressReport report;
  report.title_id = "m";
  report.position = 3s;
  outbox.put_progress(report);
  executor.run_for(6s);
  CHECK(service.posted == Strings{"m@3.000"});
  executor.run_for(10h);
  CHECK(store.committed("outbox/progress").empty());
}

TEST_CASE("outbox: damaged records are removed, the others delivered") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  store.write({{StoreWrite::Kind::kPut, "outbox/progress", "x", "{broken", 0},
               {StoreWrite::Kind::kPut, "outbox/progress", "y", "", 0}},
              executor, [](const Result<uint64_t>&) {});
  executor.run_for(1s);
  FakeService service(executor);
  ApiAccess access("https://api", [](bool, TokenCallback done) { done(std::string("token-1")); });
  int troubles = 0;
  OutboxObserver observer;
  observer.on_trouble = [&](const Error& error) {
    troubles += error.code == ErrorCode::kStoreCorrupt ? 1 : 100;
  };
  Outbox outbox(access, store, service, executor, std::move(observer));
  executor.run_for(1s);
  CHECK(troubles == 2);
  CHECK(store.committed("outbox/progress").empty());
}

TEST_CASE("outbox: H05 bounded, the oldest goes, in memory and on disk") {
  OutboxLimits limits;
  limits.max_items = 3;
  Rig rig(limits);
  rig.service.script = unreachable;
  rig.executor.run_for(1s);
  for (int i = 0; i < 6; ++i) {
    rig.put("m" + std::to_string(i), i);
    rig.executor.run_for(1s);
  }
  CHECK(rig.dropped.size() == 3);
  CHECK(rig.dropped.front() == "m0@0 STORE_FULL");
  CHECK(rig.waiting() == 3);
}

TEST_CASE("outbox: nonsense is refused with an event") {
  Rig rig;
  rig.put("", 1);
  rig.put(std::string(257, 'x'), 1);
  rig.put(std::string("a\0b", 3), 1);
  ProgressReport negative = rig.report("m", -1);
  rig.outbox->put_progress(negative);
  rig.executor.run_for(1s);
  CHECK(rig.dropped.size() == 4);
  CHECK(rig.service.seen.empty());
}

TEST_CASE("outbox: settle") {
  Rig rig;
  SUBCASE("nothing waits: answers without the network") {
    const auto left = rig.settle("m");
    REQUIRE(left.has_value());
    CHECK(!left->has_value());
    CHECK(rig.service.seen.empty());
  }
  SUBCASE("what waits is delivered first") {
    rig.service.script = unreachable;
    rig.put("m", 8);
    rig.put("n", 9);
    rig.executor.run_for(300s);
    rig.service.script = nullptr;
    const auto left = rig.settle("m");
    REQUIRE(left.has_value());
    CHECK(!left->has_value());
    REQUIRE(!rig.delivered.empty());
    CHECK(rig.delivered.front() == "m@8");
  }
  SUBCASE("what cannot be delivered is told") {
    rig.service.script = unreachable;
    rig.put("m", 8);
    rig.executor.run_for(300s);
    const auto left = rig.settle("m");
    REQUIRE(left.has_value());
    REQUIRE(left->has_value());
    CHECK((*left)->position == 8s);
  }
  SUBCASE("a slow network is waited for only so long") {
    rig.service.latency = 10s;
    rig.put("m", 8);
    const MonotonicTime begun = rig.executor.now();
    const auto left = rig.settle("m");
    REQUIRE(left.has_value());
    REQUIRE(left->has_value());
    CHECK(rig.executor.now() - begun == 1s);
  }
  SUBCASE("right after a restart") {
    rig.service.script = unreachable;
    rig.put("m", 8);
    rig.executor.run_for(1s);
    rig.outbox.reset();
    rig.open();
    const auto left = rig.settle("m");
    REQUIRE(left.has_value());
    CHECK(left->has_value());
  }
  SUBCASE("cancelled") {
    bool was_called = false;
    rig.put("m", 8);
    {
      const CancelHandle handle =
          rig.outbox->settle("", "m", 1s, rig.executor, [&](const auto&) { was_called = true; });
      rig.executor.run_for(1ms);
    }
    rig.executor.run_for(10s);
    CHECK(!was_called);
  }
}

TEST_CASE("outbox: a session hears of its own deliveries") {
  Rig rig;
  Strings heard;
  CancelHandle handle = rig.outbox->subscribe("s", rig.executor, [&](const ProgressReport& report) {
    heard.push_back(Rig::text_of(report));
  });
  rig.put("m", 1);
  ProgressReport other = rig.report("n", 2);
  other.session_id = "t";
  rig.outbox->put_progress(other);
  rig.executor.run_for(1s);
  CHECK(heard == Strings{"m@1"});
  handle.reset();
  rig.put("m", 3);
  rig.executor.run_for(1s);
  CHECK(heard.size() == 1);
}

TEST_CASE("outbox: destroyed at any moment, what was put is on disk or delivered") {
  for (int steps = 0; steps < 80; ++steps) {
    CAPTURE(steps);
    Rig rig;
    rig.service.script = steps % 2 == 0 ? nullptr : unreachable;
    rig.put("m", 1);
    rig.executor.run_for(Duration{700} * steps);
    rig.put("m", 2);
    rig.executor.post([&] { rig.outbox.reset(); });
    rig.executor.run_for(10s);
    const auto left = rig.store.committed("outbox/progress");
    if (rig.service.positions["m"].seconds == 2) continue;
    REQUIRE(left.size() == 1);
    CHECK(decode_progress(left[0].value)->position == 2s);
  }
}

}  // namespace playhead::test
