// SPDX-License-Identifier: Apache-2.0
// Where a title has nothing, in the whole player: jumped over, and told when it is long.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

bool was_shown(const SimWorld& world, int64_t from_us, int64_t to_us) {
  const auto& shown = world.screen->shown();
  return std::any_of(shown.begin(), shown.end(), [&](const auto& frame) {
    return frame.time.us >= from_us && frame.time.us < to_us;
  });
}

TEST_CASE("sim: M24 what is missing from a title is jumped over, or played without") {
  struct Case {
    const char* name;
    std::vector<std::string> missing;
    int jumps;
    int64_t from_us, to_us;  // of the jump
    int64_t play_seconds;    // of 120
  };
  const Case cases[] = {{"one segment", {"-5.seg"}, 1, 20'000'000, 24'000'000, 116},
                        {"two in a row", {"-5.seg", "-6.seg"}, 1, 20'000'000, 28'000'000, 112},
                        {"two apart", {"-5.seg", "-9.seg"}, 2, 20'000'000, 24'000'000, 112},
                        {"at the start", {"-0.seg"}, 1, 0, 4'000'000, 116},
                        {"sound alone: silence", {"a-en-5.seg"}, 0, 0, 0, 120},
                        {"pictures alone: the last one stays, sound goes on",
                         {"v0-5.seg", "v1-5.seg", "v2-5.seg", "v3-5.seg", "v4-5.seg"},
                         0,
                         0,
                         0,
                         120}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(20'000'000));
    for (const std::string& url : c.missing) world.fail_requests(url, 404);
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<Ended>(5min));
    const auto jumps = world.all<PositionJumped>();
    REQUIRE(static_cast<int>(jumps.size()) == c.jumps);
    if (c.jumps > 0) {
      CHECK(jumps[0].reason == JumpReason::kGap);
      CHECK(jumps[0].from.us >= c.from_us - 100'000);
      CHECK(jumps[0].from.us <= c.from_us + 300'000);
      CHECK(jumps[0].to.us == c.to_us);
    }
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->qoe.rebuffer_count == 0);
    const double played = to_seconds(world.status()->qoe.play_time);
    CHECK(played == doctest::Approx(static_cast<double>(c.play_seconds)).epsilon(0.01));
    CHECK(was_shown(world, 40'000'000, 120'000'000));
  }
}

TEST_CASE("sim: M24 a choice by hand within a hole shows nothing twice of what is behind it") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  for (int rung = 0; rung < 5; ++rung) {
    for (const char* segment : {"-5.seg", "-6.seg"}) {
      world.fail_requests("v" + std::to_string(rung) + segment, 404);
    }
  }
  world.start_app();
  world.load_url(world.title.url());
  world.run_for(19s + 500ms);
  for (int i = 0; i < 8; ++i) {
    world.run_for(500ms);
    const auto& all = world.status()->representations;
    world.player->select_representation(all[static_cast<std::size_t>(i) % all.size()].id);
  }
  world.run_for(20s);
  const auto& shown = world.screen->shown();
  CHECK(was_shown(world, 28'000'000, 29'000'000));
  CHECK(std::is_sorted(shown.begin(), shown.end(),
                       [](const auto& a, const auto& b) { return a.time <= b.time; }));
}

TEST_CASE("sim: M24 after a jump to sound alone the next picture waits for its time") {
  SimTitle title;
  title.bitrates_bps = {400'000};
  SimWorld world(1, title, SimLink::constant(20'000'000));
  for (const char* url : {"v0-5.seg", "v0-6.seg", "a-en-5.seg"}) world.fail_requests(url, 404);
  world.start_app();
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  const auto jumps = world.all<PositionJumped>();
  REQUIRE(jumps.size() == 1);
  CHECK(jumps[0].to.us == 24'000'000);
  const auto& shown = world.screen->shown();
  const auto after = std::find_if(shown.begin(), shown.end(),
                                  [](const auto& frame) { return frame.time.us >= 20'000'000; });
  REQUIRE(after != shown.end());
  REQUIRE(after != shown.begin());
  CHECK(after->time.us == 28'000'000);
  CHECK(after->at - (after - 1)->at >= 4s);
  CHECK(after->at - (after - 1)->at < 4'300ms);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: M24 segments a live playlist announces as absent are jumped over") {
  for (const bool is_listed : {true, false}) {
    CAPTURE(is_listed);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live;
    (is_listed ? live.gaps : live.missing) = {160, 161};
    world.start_app();
    world.load_live(live);
    world.run_for(3min);
    const auto jumps = world.all<PositionJumped>();
    REQUIRE(jumps.size() == 1);
    CHECK(jumps[0].reason == JumpReason::kGap);
    CHECK(jumps[0].to - jumps[0].from > 7s);
    CHECK(jumps[0].to - jumps[0].from < 9s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.find<Failed>() == nullptr);
    if (is_listed) CHECK(world.find<Warning>() == nullptr);
  }
}

TEST_CASE("sim: M24 a hole as long as the buffer may be is got over") {
  SimTitle title;
  title.bitrates_bps = {400'000};
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.transport->serve([](const WebRequest& request) -> std::optional<WebAnswer> {
    const bool is_cut = request.url.find("-10.seg") != std::string::npos ||
                        request.url.find("-11.seg") != std::string::npos;
    return is_cut ? std::optional(text_answer("cut")) : std::nullopt;
  });
  PlayerConfig config;
  config.buffering.target = 8s;
  world.start_app(config);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<Ended>(5min));
  const auto jumps = world.all<PositionJumped>();
  REQUIRE(jumps.size() == 1);
  CHECK(jumps[0].to.us == 48'000'000);
  CHECK(world.status()->qoe.rebuffer_time < 2s);
}

}  // namespace
}  // namespace playhead::test
