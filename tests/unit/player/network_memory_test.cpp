// SPDX-License-Identifier: Apache-2.0
#include "player/network_memory.h"

#include <future>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "base/sqlite_store.h"
#include "base/thread_executor.h"
#include "support/memory_store.h"
#include "support/temp_folder.h"
#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

TEST_CASE("network memory: a measurement is worth less the older it is") {
  struct Case {
    const char* name;
    Duration age;
    int64_t bps;
  };
  const Case cases[] = {
      {"just now", 0s, 8'000'000},
      {"an hour", 1h, 8'000'000},
      {"half way to a week", Duration{1h} + Duration{24h * 7 - 1h} / 2, 6'000'000},
      {"a week", 24h * 7, 4'000'000},
      {"more than a week", 24h * 7 + 1s, 0},
      {"years", 24h * 3650, 0},
      {"a clock set back", -1s, 4'000'000},
      {"a clock set back by years", -24h * 3650, 4'000'000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(aged({8'000'000}, c.age).bps == c.bps);
  }
}

TEST_CASE("network memory: keeps what the newest measurement of each network was") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  NetworkMemory memory(store, executor);
  CHECK(memory.recall().bps == 0);
  memory.remember({5'000'000}, memory.network(), true);
  CHECK(memory.recall().bps == 5'000'000);
  REQUIRE(memory.set_network("mobile"));
  CHECK(memory.recall().bps == 0);
  memory.remember({1'000'000}, memory.network(), true);
  memory.remember({0}, memory.network(), true);               // nothing was measured
  memory.remember({77'000'000}, memory.network() - 1, true);  // of the network before
  CHECK(memory.recall().bps == 1'000'000);
  REQUIRE(memory.set_network(""));
  CHECK(memory.recall().bps == 5'000'000);
  CHECK_FALSE(memory.set_network(std::string(257, 'w')));
  CHECK(memory.recall().bps == 5'000'000);
  memory.remember({std::numeric_limits<int64_t>::max()}, memory.network(), true);
  CHECK(memory.recall().bps == int64_t{1} << 40);
}

TEST_CASE("network memory: writes once a minute, and at the end") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  NetworkMemory memory(store, executor);
  executor.run_for(1s);
  const int64_t before = store.operations();
  for (int i = 0; i < 1200; ++i) {
    memory.remember({1'000'000 + i}, memory.network(), false);
    executor.run_for(100ms);
  }
  CHECK(store.operations() - before == 2);
  memory.remember({2'000'000}, memory.network(), true);
  executor.run_for(1s);
  CHECK(store.operations() - before == 3);
  CHECK(store.committed("networks").at(0).value.rfind("2000000 ", 0) == 0);
}

TEST_CASE("network memory: what is not its own writing is not believed") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  const char* values[] = {"",
                          "5000000",
                          "5000000 x",
                          "-5 1",
                          "0 1",
                          "5000000 99999999999999999",
                          "99999999999999999999 1"};
  for (const char* value : values) {
    CAPTURE(std::string(value));
    store.write({{StoreWrite::Kind::kPut, "networks", "n", value, 0}}, executor,
                [](const Result<uint64_t>&) {});
    NetworkMemory memory(store, executor);
    executor.run_for(1s);
    CHECK(memory.recall().bps == 0);
  }
}

TEST_CASE("network memory: the networks not seen for longest are forgotten") {
  VirtualExecutor executor;
  MemoryStore store(executor);
  NetworkMemory memory(store, executor);
  const auto name = [](std::size_t i) { return "wifi:" + std::to_string(i); };
  for (std::size_t i = 0; i < NetworkMemory::kMaxNetworks + 10; ++i) {
    REQUIRE(memory.set_network(name(i)));
    memory.remember({1'000'000}, memory.network(), true);
    executor.run_for(1s);
  }
  CHECK(store.committed("networks").size() == NetworkMemory::kMaxNetworks);
  REQUIRE(memory.set_network(name(9)));
  CHECK(memory.recall().bps == 0);
  REQUIRE(memory.set_network(name(10)));
  CHECK(memory.recall().bps == 1'000'000);
}

TEST_CASE("network memory: survives the process in the real store") {
  const TempFolder folder;
  ThreadExecutor executor("networks");
  for (const bool is_first : {true, false}) {
    CAPTURE(is_first);
    auto store = SqliteStore::open(folder.path("records.db"));
    REQUIRE(store);
    NetworkMemory memory(**store, executor);
    REQUIRE(memory.set_network("wifi:home"));
    if (is_first) memory.remember({12'345'678}, memory.network(), true);
    // Calls take effect in order: this one has seen the others.
    std::promise<std::size_t> records;
    (*store)->list("networks", "", 10, executor,
                   [&](const Result<std::vector<StoreRecord>>& answer) {
                     records.set_value(answer ? answer->size() : 0);
                   });
    CHECK(records.get_future().get() == 1);
    CHECK(memory.recall().bps == 12'345'678);
  }
}

}  // namespace
}  // namespace playhead::test
