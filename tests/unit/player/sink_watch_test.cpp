// SPDX-License-Identifier: Apache-2.0
#include "player/sink_watch.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

struct Look {
  int64_t now_ms;
  int64_t played_ms;
  bool should_play = true;
};

// When the device is given up, looking as the steps say; nothing when it never is.
std::optional<int64_t> given_up_at(const std::vector<Look>& looks) {
  SinkWatch watch;
  for (const Look& look : looks) {
    if (watch.has_stopped(look.played_ms * 48, look.should_play, 48'000,
                          MonotonicTime{look.now_ms * 1000})) {
      return look.now_ms;
    }
  }
  return std::nullopt;
}

// A look every 100 ms of a device that plays at `pace` percent.
std::vector<Look> looks(int64_t pace, int64_t seconds) {
  std::vector<Look> all;
  for (int64_t ms = 0; ms <= seconds * 1000; ms += 100) all.push_back({ms, ms * pace / 100});
  return all;
}

TEST_CASE("sink_watch: when a device is given up") {
  struct Case {
    const char* name;
    std::vector<Look> steps;
    std::optional<int64_t> at_ms;
  };
  std::vector<Look> slow_start = looks(0, 1);
  for (int64_t ms = 1100; ms < 60'000; ms += 100) slow_start.push_back({ms, ms - 1000});
  std::vector<Look> pauses;
  for (int64_t ms = 0; ms < 60'000; ms += 100) pauses.push_back({ms, 0, ms % 1500 != 0});
  const Case cases[] = {
      {"it plays", looks(100, 60), {}},
      {"it runs a little slow", looks(90, 60), {}},
      {"it stands still", looks(0, 60), 2000},
      {"it creeps", looks(5, 60), 2000},
      {"it wakes up late", slow_start, {}},
      {"there is now and then nothing to play", pauses, {}},
      {"the process stood still", {{0, 0}, {100, 100}, {60'000, 100}, {60'100, 200}}, {}},
      {"nobody looked for long, and it had run dry", {{0, 0}, {9000, 200, false}}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(given_up_at(c.steps) == c.at_ms);
  }
}

TEST_CASE("sink_watch: a reset begins the patience anew") {
  SinkWatch watch;
  for (int64_t ms = 0; ms < 10'000; ms += 100) {
    if (ms % 1900 == 0) watch.reset();
    CHECK_FALSE(watch.has_stopped(0, true, 48'000, MonotonicTime{ms * 1000}));
  }
}

}  // namespace
}  // namespace playhead
