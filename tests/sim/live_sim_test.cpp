// SPDX-License-Identifier: Apache-2.0
// Live titles in the whole player.
#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

// Pictures are shown in order, none twice, none left out.
void check_pictures(const SimWorld& world) {
  const auto& shown = world.screen->shown();
  REQUIRE(shown.size() > 1);
  for (std::size_t i = 1; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
  }
}

int64_t requests_of(const SimWorld& world, const std::string& text) {
  const auto& records = world.transport->records();
  return std::count_if(records.begin(), records.end(),
                       [&](const SimRecord& r) { return r.url.find(text) != r.url.npos; });
}

struct LiveCase {
  const char* name;
  SimLive live;
  Duration offset;  // where it starts, and stays
};

std::vector<LiveCase> live_cases() {
  SimLive hls;
  SimLive undated = hls;
  undated.has_dates = false;
  SimLive dash;
  dash.is_dash = true;
  SimLive low_latency;
  low_latency.part_us = 400'000;
  SimLive jumping = hls;
  jumping.discontinuities = {152, 160, 161};
  return {{"HLS", hls, 12s},
          {"HLS without dates", undated, 12s},
          {"DASH", dash, 12s},
          {"HLS with low latency", low_latency, 1200ms},
          {"HLS with discontinuities", jumping, 12s}};
}

TEST_CASE("sim: a live title starts near its edge and goes on without a stall") {
  for (const LiveCase& c : live_cases()) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live(c.live);
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(3min);
    const auto status = world.status();
    CHECK(status->state == PlayerState::kPlaying);
    CHECK_FALSE(status->duration);
    REQUIRE(status->live);
    CHECK(status->live->offset > c.offset - 500ms);
    CHECK(status->live->offset < c.offset + 5s);
    CHECK(status->qoe.rebuffer_count == 0);
    CHECK(world.find<Warning>() == nullptr);
    check_pictures(world);
    CHECK(world.speaker->silent_frames() == 0);
    // A playlist for each of two tracks, or an MPD: not more often than there is news.
    const int64_t reloads = requests_of(world, c.live.is_dash ? ".mpd" : ".m3u8");
    const int64_t news = 180'000'000 / (c.live.part_us > 0 ? c.live.part_us : c.live.segment_us);
    CHECK(reloads <= 2 * news + 40);
  }
}

TEST_CASE("sim: a live title that ends becomes an ordinary one and is played to its end") {
  for (const bool is_low_latency : {false, true}) {
    CAPTURE(is_low_latency);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live;
    if (is_low_latency) live.part_us = 400'000;
    live.began = world.executor.wall_now() - 200s;
    live.ends = live.began + 240s;
    world.start_app();
    world.load_live(live);
    REQUIRE(world.run_until_event<Ended>(2min));
    CHECK(world.status()->duration);
    CHECK_FALSE(world.status()->live);
    check_pictures(world);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("sim: M15 what is paused for longer than the window goes on by the app's policy") {
  struct Case {
    const char* name;
    BehindWindow policy;
    bool fails;
    Duration least_offset, most_offset;
  };
  const Case cases[] = {{"live", BehindWindow::kJumpLive, false, 11s, 17s},
                        {"oldest", BehindWindow::kJumpOldest, false, 30s, 42s},
                        {"stop", BehindWindow::kStop, true, 0s, 0s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    PlayerConfig config;
    config.live.behind_window = c.policy;
    world.start_app(config);
    world.load_live({});
    world.run_for(20s);
    world.player->pause();
    world.run_for(3min);
    CHECK(world.find<PositionJumped>() == nullptr);
    world.player->play();
    world.run_for(60s);
    if (c.fails) {
      REQUIRE(world.find<Failed>());
      CHECK(world.find<Failed>()->error.code == ErrorCode::kBehindLiveWindow);
      continue;
    }
    CHECK(world.all<PositionJumped>().size() == 1);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->live->offset > c.least_offset);
    CHECK(world.status()->live->offset < c.most_offset);
  }
}

TEST_CASE("sim: M15 what the window let go of is neither asked for nor taken for a gap") {
  for (const bool is_dash : {false, true}) {
    for (const bool is_paused : {true, false}) {
      CAPTURE(is_dash);
      CAPTURE(is_paused);
      SimWorld world(1, {}, SimLink::constant(8'000'000));
      world.start_app();
      SimLive live;
      live.is_dash = is_dash;
      world.load_live(live);
      world.run_for(20s);
      // It is away for longer than the window is: by its viewer's will, or the network's.
      if (is_paused) world.player->pause();
      if (!is_paused) world.client->network_changed(false);
      if (!is_paused) world.take_down("live.test", 3min);
      world.run_for(3min);
      const std::size_t before = world.transport->records().size();
      world.client->network_changed(true);
      world.player->play();
      world.run_for(20s);
      CHECK(world.status()->state == PlayerState::kPlaying);
      const auto& records = world.transport->records();
      int first = 1'000'000, last = 0;  // of the segments asked for
      for (std::size_t i = before; i < records.size(); ++i) {
        CAPTURE(records[i].url);
        CHECK(records[i].status != 404);
        if (records[i].kind != ResourceKind::kMedia) continue;
        const int number = std::stoi(records[i].url.substr(records[i].url.rfind('-') + 1));
        first = std::min(first, number);
        last = std::max(last, number);
      }
      const auto jumps = world.all<PositionJumped>();
      CHECK(!jumps.empty());
      // 12 s before the edge and 20 s from then on; nothing of what playback jumps over.
      if (!is_dash || is_paused) CHECK(last - first <= 10);
      // By its clock an MPD's window goes on without a network, and playback with it.
      CHECK(jumps.size() <= (is_dash && !is_paused ? 6 : 1));
      for (const PositionJumped& jump : jumps) CHECK(jump.reason == JumpReason::kBehindWindow);
      REQUIRE(world.status()->live);
      CHECK(world.status()->live->offset < 18s);
    }
  }
}

TEST_CASE("sim: M15 what a title let go of before it ended is jumped over by the app's policy") {
  for (const BehindWindow policy : {BehindWindow::kJumpLive, BehindWindow::kStop}) {
    CAPTURE(static_cast<int>(policy));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    PlayerConfig config;
    config.live.behind_window = policy;
    world.start_app(config);
    world.load_live({});
    world.run_for(20s);
    world.player->pause();
    world.live.ends = world.executor.wall_now() + 80s;
    world.run_for(2min);
    world.player->play();
    if (policy == BehindWindow::kStop) {
      REQUIRE(world.run_until_event<Failed>(60s));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kBehindLiveWindow);
      continue;
    }
    REQUIRE(world.run_until_event<Ended>(2min));
    REQUIRE(world.all<PositionJumped>().size() == 1);
    CHECK(world.find<PositionJumped>()->reason == JumpReason::kBehindWindow);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("sim: M14 a live playlist that stops to change is asked for less and less, then named") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  world.start_app();
  world.load_live({});
  world.run_for(20s);
  world.live.stops = world.executor.wall_now();
  const int64_t before = requests_of(world, ".m3u8");
  world.run_for(60s);
  const auto warnings = world.all<Warning>();
  REQUIRE_FALSE(warnings.empty());
  CHECK(warnings.front().error.code == ErrorCode::kManifestStale);
  CHECK(world.status()->state == PlayerState::kRebuffering);
  // Each of two playlists: six times in half target durations, then backing off.
  CHECK(requests_of(world, ".m3u8") - before <= 2 * 22);

  SUBCASE("it comes back") {
    world.live.resumes = world.executor.wall_now();
    world.run_for(60s);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.find<Failed>() == nullptr);
  }
  SUBCASE("it does not") {
    REQUIRE(world.run_until_event<Failed>(3min));
    CHECK(world.find<Failed>()->error.code == ErrorCode::kManifestStale);
  }
}

// Its MPD lists its segments one by one.
void list_segments(SimWorld& world) {
  world.transport->meddle([&world](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
    if (record.url.find("live.mpd") == std::string::npos) return;
    const SimLive& live = world.live;
    const int64_t count = live.made_us(world.executor.wall_now()) / live.segment_us;
    std::string text(answer.body->begin(), answer.body->end());
    const std::string counted = " duration=\"" + std::to_string(live.segment_us) + "\"";
    const std::string listed =
        "><SegmentTimeline><S t=\"" + std::to_string(live.container_start_us) + "\" d=\"" +
        std::to_string(live.segment_us) + "\" r=\"" + std::to_string(count - 1) +
        "\"/></SegmentTimeline></SegmentTemplate>";
    for (std::size_t at = text.find(counted); at != std::string::npos; at = text.find(counted)) {
      text.erase(at, counted.size());
      text.replace(text.find("/>", at), 2, listed);
    }
    answer = text_answer(text);
  });
}

TEST_CASE("sim: M14 an MPD whose SegmentTimeline stops to grow is named, and ends the play") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  list_segments(world);
  world.start_app();
  SimLive live;
  live.is_dash = true;
  world.load_live(live);
  world.run_for(60s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.all<Warning>().empty());
  world.live.stops = world.executor.wall_now();
  world.run_for(60s);
  const auto warnings = world.all<Warning>();
  REQUIRE_FALSE(warnings.empty());
  CHECK(warnings.front().error.code == ErrorCode::kManifestStale);
  REQUIRE(world.run_until_event<Failed>(3min));
  CHECK(world.find<Failed>()->error.code == ErrorCode::kManifestStale);
}

TEST_CASE("sim: N15 after an outage live playlists are asked for at times of their own") {
  Duration least = 1h, most{0};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimWorld world(seed, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_live({});
    world.run_for(10s);
    const std::size_t before = world.transport->records().size();
    world.fail_requests(".m3u8", 404);
    world.run_for(10s);
    // Of one playlist, the first that failed and the next.
    const auto& records = world.transport->records();
    std::vector<const SimRecord*> failed;
    for (std::size_t i = before; i < records.size(); ++i) {
      const bool is_same = failed.empty() || records[i].url == failed.front()->url;
      if (records[i].status == 404 && is_same) failed.push_back(&records[i]);
    }
    REQUIRE(failed.size() >= 2);
    const Duration pause = failed[1]->started - failed[0]->finished;
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  CHECK(least >= 250ms);
  CHECK(most >= 400ms);
  CHECK(most <= 600ms);
}

TEST_CASE("sim: go live, seek back in the window, and stay in it") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live;
  live.window = 120s;
  world.start_app();
  world.load_live(live);
  world.run_for(20s);
  const auto start = world.status()->live->window_start;
  world.player->seek(start - 50s, 1);
  world.run_for(5s);
  CHECK(world.status()->live->offset > 100s);
  CHECK(world.status()->live->offset < 126s);
  world.player->go_live();
  world.run_for(5s);
  CHECK(world.status()->live->offset < 18s);
  world.player->seek(world.status()->live->window_end + 1min, 2);
  world.run_for(20s);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("sim: M15 what leaves the window before its playlist says so is passed over") {
  for (const bool is_dash : {false, true}) {
    CAPTURE(is_dash);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    SimLive live;
    live.is_dash = is_dash;
    live.window = 120s;
    live.bitrates_bps = {400'000};
    world.start_app();
    world.load_live(live);
    world.run_for(20s);
    // The host has forgotten what a seek to the begin finds listed: four segments of 4 s.
    const auto start = world.status()->live->window_start;
    bool is_gone = true;
    std::set<std::string> gone;
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      const bool is_media = record.url.find(".seg") != std::string::npos;
      if (!is_media || !is_gone) return;
      const bool is_picture = record.url.find("/a") == std::string::npos;
      if (is_picture) gone.insert(record.url);
      is_gone = gone.size() < 4;
      answer = status_answer(404, {});
    });
    world.player->seek(start, 1);
    world.run_for(20s);
    CHECK(gone.size() == 4);
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.status()->live->offset > 90s);
  }
}

TEST_CASE("sim: M15 in a window of ten seconds what is missing everywhere ends the play") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live;
  live.window = 10s;
  live.segment_us = 2'000'000;
  live.frames_per_gop = 25;
  live.bitrates_bps = {400'000};
  world.start_app();
  world.load_live(live);
  world.run_for(20s);
  REQUIRE(world.status()->state == PlayerState::kPlaying);
  world.fail_requests(".seg", 404);
  CHECK(world.run_until_event<Failed>(60s));
}

TEST_CASE("sim: the offset of low latency is held by speed, and grows after trouble") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live;
  live.part_us = 400'000;
  world.start_app();
  world.load_live(live);
  world.run_for(30s);
  const Duration calm = world.status()->live->offset;
  CHECK(calm < 2s);
  world.transport->set_link(SimLink::constant(100'000));
  world.run_for(8s);
  world.transport->set_link(SimLink::constant(8'000'000));
  world.run_for(5s);
  CHECK(world.status()->qoe.rebuffer_count >= 1);
  CHECK(world.status()->live->target_offset > 2s);
  CHECK(world.status()->live->correction > 1);
  world.run_for(4min);
  CHECK(world.status()->live->offset < 2s);
  CHECK(world.status()->live->target_offset < 1300ms);
}

TEST_CASE("sim: a quarter of an hour of live television holds no more than the first minutes") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  SimLive live;
  live.bitrates_bps = {100'000};
  world.start_app();
  world.load_live(live);
  world.run_for(15min);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.status()->buffered_bytes < 2'000'000);
  CHECK(world.status()->live->offset < 17s);
}

}  // namespace
}  // namespace playhead::test
