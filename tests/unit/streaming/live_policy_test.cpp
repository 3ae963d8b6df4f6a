// SPDX-License-Identifier: Apache-2.0
#include "streaming/live_policy.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr MonotonicTime kNow{100'000'000};

LiveState window_of(Duration length) {
  LiveState live;
  live.window_start = MediaTime{50'000'000};
  live.window_end = live.window_start + length;
  live.edge = live.window_end;
  live.edge_seen = kNow;
  live.edge_step = 4s;
  return live;
}

TEST_CASE("live_target: the app, the title's latency, its delay, the usual; within the window") {
  struct Case {
    const char* name;
    Duration app;
    std::optional<Duration> latency, delay;
    bool is_low_latency;
    Duration window, expected;
  };
  const Case cases[] = {
      {"nothing is said", 0s, {}, {}, false, 60s, 12s},
      {"the app's wish comes first", 5s, 3s, 9s, true, 60s, 5s},
      {"a suggested delay", 0s, {}, 9s, false, 60s, 9s},
      {"a latency target counts with low latency", 0s, 3s, 9s, true, 60s, 3s},
      {"without it the delay counts", 0s, 3s, 9s, false, 60s, 9s},
      {"a latency target alone", 0s, 3s, {}, false, 60s, 3s},
      {"a quarter of a short window is left behind it", 0s, {}, {}, false, 8s, 6s},
      {"a delay as long as the window", 0s, {}, 34s, false, 34s, 25'500ms},
      {"ten seconds of a long one", 0s, {}, 90s, false, 80s, 70s},
      {"an empty window", 0s, {}, {}, false, 0s, 0s},
      {"M13 a window that ends before it begins", 0s, {}, {}, false, -5s, 0s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    LiveState live = window_of(c.window);
    live.latency.target = c.latency;
    live.suggested_delay = c.delay;
    live.is_low_latency = c.is_low_latency;
    LiveConfig config;
    config.target_offset = c.app;
    CHECK(live_target(live, config) == c.expected);
  }
}

TEST_CASE("live_offset: the edge moves on between two looks, by a step at most") {
  LiveState live = window_of(60s);
  const MediaTime position = live.edge - 10s;
  live.edge_told = kNow;
  CHECK(live_offset(live, position, kNow) == 10s);
  CHECK(live_offset(live, position, kNow + 3s) == 13s);
  CHECK(live_offset(live, position, kNow - 1s) == 10s);  // T05: no negative interval
  // It has stopped: told again and again.
  live.edge_told = kNow + 1min;
  CHECK(live_offset(live, position, kNow + 1min) == 14s);
  CHECK(live_offset(live, position, kNow + 62s) == 14s);
  // What tells of it comes slowly.
  live.edge_told = kNow;
  CHECK(live_offset(live, position, kNow + 7s) == 17s);
  CHECK(live_offset(live, position, kNow + 1min) == 70s);
}

TEST_CASE("target offset: grows by a second a stall, and decays once it is calm") {
  TargetOffset target;
  CHECK(target.get(3s, kNow) == 3s);
  target.on_stall(3s, kNow);
  CHECK(target.get(3s, kNow) == 4s);
  target.on_stall(3s, kNow + 1s);
  CHECK(target.get(3s, kNow + 1s) == 5s);
  CHECK(target.get(3s, kNow + 21s) == 5s);
  CHECK(target.get(3s, kNow + 31s) == 4s);
  CHECK(target.get(3s, kNow + 10min) == 3s);
  for (int i = 0; i < 100; ++i) target.on_stall(3s, kNow);
  CHECK(target.get(3s, kNow) == 13s);
  target.reset();
  CHECK(target.get(3s, kNow) == 3s);
}

TEST_CASE("decide_correction: begins beyond the tolerance, ends when the target is met") {
  struct Case {
    const char* name;
    Duration offset, target, level;
    double in_force, expected;
  };
  const Case cases[] = {{"on target", 3s, 3s, 2s, 1, 1},
                        {"within a tenth", 3'200ms, 3s, 2s, 1, 1},
                        {"late: faster", 3'400ms, 3s, 2s, 1, 1.03},
                        {"goes on until it is met", 3'010ms, 3s, 2s, 1.03, 1.03},
                        {"met", 3s, 3s, 2s, 1.03, 1},
                        {"never faster on a short buffer", 6s, 3s, 400ms, 1.03, 1},
                        {"early: slower", 2'600ms, 3s, 2s, 1, 0.97},
                        {"goes on", 2'990ms, 3s, 100ms, 0.97, 0.97},
                        {"small targets have 100 ms of tolerance", 590ms, 500ms, 2s, 1, 1},
                        {"past it", 610ms, 500ms, 2s, 1, 1.03},
                        {"from too early to too late", 3'100ms, 3s, 2s, 0.97, 1}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(decide_correction({c.offset, c.target, c.level, c.in_force, 0.97, 1.03}) == c.expected);
  }
}

TEST_CASE("correction_limits: only where low latency is wanted, and the narrower limits") {
  LiveState live = window_of(60s);
  LiveConfig config;
  CHECK(correction_limits(live, config).max == 1);
  config.target_offset = 5s;
  CHECK(correction_limits(live, config).max == 1.03);
  config.target_offset = 0s;
  live.is_low_latency = true;
  CHECK(correction_limits(live, config).min == 0.97);
  live.latency.min_rate = 0.99;
  live.latency.max_rate = 1.5;
  CHECK(correction_limits(live, config).min == 0.99);
  CHECK(correction_limits(live, config).max == 1.03);
  // Limits on the wrong side of 1 allow nothing.
  live.latency.min_rate = 1.2;
  live.latency.max_rate = 0.9;
  CHECK(correction_limits(live, config).min == 1);
  CHECK(correction_limits(live, config).max == 1);
}

}  // namespace
}  // namespace playhead
