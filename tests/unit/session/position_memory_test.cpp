// SPDX-License-Identifier: Apache-2.0
#include "session/position_memory.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/memory_store.h"
#include "support/virtual_executor.h"

namespace playhead::test {
namespace {

struct Rig {
  VirtualExecutor executor;
  MemoryStore store{executor};
  std::optional<PositionMemory> memory{std::in_place, store, executor};

  void note(const std::string& title, Duration position, bool at_end = false,
            const std::string& profile = "") {
    ProgressReport report;
    report.title_id = title;
    report.profile_id = profile;
    report.position = position;
    report.recorded_at = executor.wall_now();
    report.at_end = at_end;
    memory->note(report);
    executor.run_for(1s);
  }
  std::optional<Duration> recall(const std::string& title, const std::string& profile = "") {
    std::optional<MediaTime> found;
    bool is_answered = false;
    const CancelHandle handle =
        memory->recall(profile, title, executor, [&](std::optional<MediaTime> position) {
          found = position;
          is_answered = true;
        });
    REQUIRE(executor.run_until_true([&] { return is_answered; }, 1s));
    if (!found) return std::nullopt;
    return *found - MediaTime{0};
  }
};

TEST_CASE("position_memory: the last position of each title and profile, through restarts") {
  Rig rig;
  CHECK_FALSE(rig.recall("m1").has_value());
  rig.note("m1", 61s);
  rig.note("m1", 75s);
  rig.note("m1", 20s, false, "kid");
  rig.note("m", 5s);
  rig.note("m12", 6s);
  rig.memory.emplace(rig.store, rig.executor);
  struct Case {
    const char* name;
    const char* title;
    const char* profile;
    std::optional<Duration> position;
  };
  const Case cases[] = {
      {"the later of two", "m1", "", 75s},
      {"another profile's", "m1", "kid", 20s},
      {"a title whose name begins another's", "m", "", 5s},
      {"one whose name continues another's", "m12", "", 6s},
      {"never noted, before one that was", "m0", "", std::nullopt},
      {"never noted by that profile", "m", "kid", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(rig.recall(c.title, c.profile) == c.position);
  }
}

TEST_CASE("position_memory: a title that was played out begins anew") {
  Rig rig;
  rig.note("m1", 120s, true);
  CHECK(rig.recall("m1") == Duration{0});
}

TEST_CASE("position_memory: what cannot be read was never noted") {
  Rig rig;
  rig.note("m1", 9s);
  for (const char* text : {"", "9000000", "x 1", "1 x", "-1 1", "99999999999999999999 1"}) {
    CAPTURE(text);
    std::string key = rig.store.committed("positions").front().key;
    rig.store.write({{StoreWrite::Kind::kPut, "positions", key, text, 0}}, rig.executor,
                    [](const Result<uint64_t>&) {});
    CHECK_FALSE(rig.recall("m1").has_value());
  }
  rig.store.break_down(ErrorCode::kStoreIo);
  CHECK_FALSE(rig.recall("m1").has_value());
}

TEST_CASE("position_memory: an answer nobody waits for any more is not given") {
  Rig rig;
  rig.note("m1", 9s);
  bool is_answered = false;
  rig.memory->recall("", "m1", rig.executor, [&](std::optional<MediaTime>) { is_answered = true; })
      .reset();
  rig.executor.run_for(1s);
  CHECK_FALSE(is_answered);
}

TEST_CASE("position_memory: the oldest are forgotten beyond the bound") {
  Rig rig;
  constexpr int kTooMany = PositionMemory::kMostTitles + 20;
  for (int i = 0; i < kTooMany; ++i) rig.note("t" + std::to_string(i), 7s);
  rig.memory.emplace(rig.store, rig.executor);
  rig.note("t" + std::to_string(kTooMany), 7s);
  CHECK(rig.store.committed("positions").size() == std::size_t{PositionMemory::kMostTitles});
  CHECK_FALSE(rig.recall("t0").has_value());
  CHECK_FALSE(rig.recall("t20").has_value());
  CHECK(rig.recall("t21").has_value());
  CHECK(rig.recall("t" + std::to_string(kTooMany)).has_value());
}

}  // namespace
}  // namespace playhead::test
