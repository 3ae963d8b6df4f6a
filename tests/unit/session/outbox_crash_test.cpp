// SPDX-License-Identifier: Apache-2.0
// The outbox's promise under every single fault of the store: a fault at its first operation, at
// its second, and so on, until the scenario runs through without meeting it.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/rfc3339.h"
#include "session/outbox.h"
#include "support/memory_store.h"
#include "support/virtual_executor.h"
#include "unit/session/fake_service.h"

namespace playhead::test {

namespace {

using Fault = MemoryStore::Fault;

constexpr int kPuts = 24;

// A device that is killed and started again, a service that outlives it, and what both were told.
class World {
 public:
  explicit World(uint64_t seed) : executor_(seed) { open(); }

  MemoryStore& store() { return store_; }
  FakeService& service() { return service_; }

  // Plays three titles for a while; a crash of the store is the end of the process, and the next
  // one goes on.
  void run() {
    for (int i = 0; i < kPuts; ++i) {
      put("m" + std::to_string(executor_.random() % 3), i + 1);
      live_for(Duration{static_cast<int64_t>(executor_.random() % 3'000'000)});
    }
  }
  void heal() {
    service_.script = nullptr;
    service_.loses_answer = nullptr;
    store_.heal();
    live_for(200s);
  }

  // Everything acknowledged arrived, or something newer did; nothing is left; nothing was made up.
  void check_delivered() {
    for (const auto& report : acknowledged_) {
      const std::string& title = report.first;
      CAPTURE(title);
      CHECK(service_.positions[title].recorded_at >= format_rfc3339(report.second));
    }
    CHECK(store_.committed("outbox/progress").empty());
    for (const std::string& posted : service_.posted) CHECK(put_.count(posted) == 1);
  }
  // How often the same report arrived, at most.
  int most_copies() {
    int most = 0;
    for (const std::string& each : service_.posted) {
      const auto copies = std::count(service_.posted.begin(), service_.posted.end(), each);
      most = std::max(most, static_cast<int>(copies));
    }
    return most;
  }
  [[nodiscard]] int lives() const { return lives_; }

 private:
  void open() {
    ++lives_;
    OutboxObserver observer;
    observer.on_saved = [this](const ProgressReport& report) {
      WallTime& newest = acknowledged_[report.title_id];
      newest = std::max(newest, report.recorded_at);
    };
    outbox_.emplace(access_, store_, service_, executor_, std::move(observer));
  }

  void put(const std::string& title, int seconds) {
    ProgressReport report;
    report.title_id = title;
    report.position = std::chrono::seconds(seconds);
    report.recorded_at = executor_.wall_now();
    report.is_server_time = true;
    report.session_id = "s";
    put_.insert(title + "@" + std::to_string(seconds) + ".000");
    outbox_->put_progress(std::move(report));
  }

  void live_for(Duration duration) {
    const MonotonicTime end = executor_.now() + duration;
    while (executor_.run_until_true([&] { return store_.is_crashed(); }, end - executor_.now())) {
      outbox_.reset();
      store_.restart();
      open();
    }
  }

  VirtualExecutor executor_;
  MemoryStore store_{executor_};
  FakeService service_{executor_};
  ApiAccess access_{"https://api", [](bool, TokenCallback done) { done(std::string("token-1")); }};
  std::map<std::string, WallTime> acknowledged_;  // the newest saved stamp of each title
  std::set<std::string> put_;
  int lives_ = 0;
  std::optional<Outbox> outbox_;
};

// A service and a network that fail now and then, each in its way.
void make_flaky(World& world, std::mt19937_64& random) {
  world.service().script = [&random](const Request&) -> std::optional<FakeService::Answer> {
    switch (random() % 6) {
      case 0:
        return problem(503, "busy", "");
      case 1:
        return FakeService::Answer{0, "", {}, ErrorCode::kNetworkUnreachable};
      default:
        return std::nullopt;
    }
  };
  world.service().loses_answer = [&random](const Request&) { return random() % 6 == 0; };
}

struct FaultCase {
  const char* name;
  Fault fault;
};
constexpr FaultCase kFaults[] = {{"the operation fails", Fault::kFail},
                                 {"killed before the commit", Fault::kCrashBefore},
                                 {"killed after the commit", Fault::kCrashAfter}};

}  // namespace

TEST_CASE("outbox: one fault at every operation of the store, healthy service") {
  for (const FaultCase& c : kFaults) {
    CAPTURE(c.name);
    int64_t operation = 0;
    int64_t operations = 0;
    do {
      ++operation;
      CAPTURE(operation);
      World world(1);
      world.store().plan(operation, c.fault);
      world.run();
      world.heal();
      world.check_delivered();
      CHECK(world.most_copies() <= 2);  // once more after a kill or an erase that failed
      operations = world.store().operations();
    } while (operation < operations);
    CHECK(operation > kPuts);
  }
}

TEST_CASE("outbox: one fault at every operation of the store, flaky service") {
  for (const FaultCase& c : kFaults) {
    CAPTURE(c.name);
    for (int64_t operation = 1; operation <= 60; ++operation) {
      CAPTURE(operation);
      std::mt19937_64 random(static_cast<uint64_t>(operation));
      World world(static_cast<uint64_t>(operation));
      make_flaky(world, random);
      world.store().plan(operation, c.fault);
      world.run();
      world.heal();
      world.check_delivered();
    }
  }
}

TEST_CASE("outbox: H05 killed again and again") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    World world(seed);
    make_flaky(world, random);
    // The next kill a few operations after the last one, and so on: also while recovering.
    for (int i = 0; i < 4; ++i) {
      const auto next = world.store().operations() + 1 + static_cast<int64_t>(random() % 9);
      world.store().plan(next, random() % 2 == 0 ? Fault::kCrashBefore : Fault::kCrashAfter);
      world.run();
    }
    world.heal();
    world.check_delivered();
    CHECK(world.lives() >= 2);
  }
}

}  // namespace playhead::test
