// SPDX-License-Identifier: Apache-2.0
#include "player/live_control.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr MonotonicTime kNow{100'000'000};

LiveState window() {
  LiveState live;
  live.window_start = live.kept_from = MediaTime{100'000'000};
  live.window_end = MediaTime{160'000'000};
  live.edge = live.window_end;
  live.edge_seen = kNow;
  live.edge_step = 4s;
  live.suggested_delay = 12s;
  return live;
}

LiveControl::Situation playing_at(int64_t position_us, Duration level = 5s) {
  return {MediaTime{position_us}, level, true, false, 1};
}

TEST_CASE("live_control: goes live behind the edge by the target, never before the window") {
  LiveControl control({});
  LiveState live = window();
  CHECK(control.live_position(live, kNow) == MediaTime{148'000'000});
  control.on_stall(live, kNow);
  CHECK(control.live_position(live, kNow) == MediaTime{147'000'000});
  control.reset();
  CHECK(control.live_position(live, kNow) == MediaTime{148'000'000});
  // A quarter of a short window lies behind it.
  live.window_start = MediaTime{152'000'000};
  CHECK(control.live_position(live, kNow) == MediaTime{154'000'000});
}

TEST_CASE("live_control: seeks stay within what will still be there") {
  const LiveControl control({});
  const LiveState live = window();
  struct Case {
    const char* name;
    int64_t target_us, expected_us;
  };
  const Case cases[] = {{"within", 130'000'000, 130'000'000},
                        {"about to leave the window", 101'000'000, 106'000'000},
                        {"long gone", -5, 106'000'000},
                        {"nearer than the target offset", 159'000'000, 148'000'000},
                        {"in the future", 900'000'000, 148'000'000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(control.clamp(MediaTime{c.target_us}, live, kNow) == MediaTime{c.expected_us});
  }
}

TEST_CASE("live_control: M15 behind the window it goes by the policy, once nothing is left") {
  struct Case {
    const char* name;
    BehindWindow policy;
    Duration level;
    bool is_paused;
    int64_t jump_us;  // 0: none
    bool stops;
    bool has_begun = true;
  };
  const Case cases[] = {{"a start that is gone is no falling behind", BehindWindow::kStop, 0s, false,
                         106'000'000, false, false},
                        {"nor with another policy", BehindWindow::kJumpLive, 0s, false, 106'000'000,
                         false, false},
                        {"to live", BehindWindow::kJumpLive, 0s, false, 148'000'000, false},
                        {"to the oldest", BehindWindow::kJumpOldest, 0s, false, 106'000'000, false},
                        {"ends", BehindWindow::kStop, 0s, false, 0, true},
                        {"what is buffered is played", BehindWindow::kStop, 1s, false, 0, false},
                        {"paused it waits", BehindWindow::kStop, 0s, true, 0, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    LiveConfig config;
    config.behind_window = c.policy;
    LiveControl control(config);
    auto situation = playing_at(90'000'000, c.level);
    situation.is_paused = c.is_paused;
    situation.has_begun = c.has_begun;
    const auto decision = control.decide(window(), situation, kNow);
    CHECK((decision.jump ? decision.jump->us : 0) == c.jump_us);
    CHECK(decision.stops == c.stops);
  }
}

TEST_CASE("live_control: M15 what one track has lost is behind, and not gone to") {
  LiveState live = window();
  live.kept_from = MediaTime{130'000'000};
  struct Case {
    const char* name;
    BehindWindow policy;
    int64_t position_us, jump_us;  // 0: none
    Duration level = 0s;
  };
  const Case cases[] = {{"to the oldest", BehindWindow::kJumpOldest, 120'000'000, 136'000'000},
                        {"to live", BehindWindow::kJumpLive, 120'000'000, 148'000'000},
                        {"what is kept", BehindWindow::kJumpLive, 131'000'000, 0},
                        {"what is buffered is played", BehindWindow::kJumpLive, 120'000'000, 0, 1s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    LiveConfig config;
    config.behind_window = c.policy;
    LiveControl control(config);
    const auto decision = control.decide(live, playing_at(c.position_us, c.level), kNow);
    CHECK((decision.jump ? decision.jump->us : 0) == c.jump_us);
  }
  // The window that is told does not flicker with it.
  const LiveControl control({});
  CHECK(control.status(live, MediaTime{120'000'000}, kNow).window_start == live.window_start);
}

TEST_CASE("live_control: M15 what is too little to play, and cannot grow, is not waited for") {
  struct Case {
    const char* name;
    Duration level;
    bool is_playing, is_paused, jumps;
  };
  const Case cases[] = {{"it waits for more, which is gone", 2s, false, false, true},
                        {"it plays", 2s, true, false, false},
                        {"it is paused", 2s, false, true, false},
                        {"what follows is still kept", 10s, false, false, false},
                        {"what is missing is rounding", 9'600ms, false, false, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    LiveControl control({});
    auto situation = playing_at(90'000'000, c.level);
    situation.is_playing = c.is_playing;
    situation.is_paused = c.is_paused;
    CHECK(control.decide(window(), situation, kNow).jump.has_value() == c.jumps);
  }
}

TEST_CASE("live_control: speed is the viewer's while it is not 1, and 1 while nothing plays") {
  LiveConfig config;
  config.target_offset = 10s;
  LiveControl control(config);
  const LiveState live = window();
  CHECK(control.decide(live, playing_at(140'000'000), kNow).correction == 1.03);
  auto faster = playing_at(140'000'000);
  faster.viewer_speed = 2;
  CHECK(control.decide(live, faster, kNow).correction == 1);
  auto standing = playing_at(140'000'000);
  standing.is_playing = false;
  CHECK(control.decide(live, standing, kNow).correction == 1);
  CHECK(control.decide(live, playing_at(155'000'000), kNow).correction == 0.97);
  CHECK(control.correction() == 0.97);
}

TEST_CASE("live_control: the status says offset, target, speed and the date of the media") {
  LiveControl control({});
  LiveState live = window();
  live.media_epoch = WallTime{1'000'000'000};
  const LiveStatus status = control.status(live, MediaTime{140'000'000}, kNow + 1s);
  CHECK(status.offset == 21s);
  CHECK(status.target_offset == 12s);
  CHECK(status.correction == 1);
  CHECK(status.date == WallTime{1'140'000'000});
}

}  // namespace
}  // namespace playhead
