// SPDX-License-Identifier: Apache-2.0
// What apps do to a player, and what they want to know of it afterwards.
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "sim/playing.h"

namespace playhead::test {
namespace {

TEST_CASE("U01 every call may be made from the wake-up") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  int calls = 0;
  world.player->set_wakeup([&] {
    Player& player = *world.player;
    while (player.next_event()) {  // else nobody is woken again
    }
    switch (calls++ % 12) {
      case 0:
        return player.pause();
      case 1:
        return player.play();
      case 2:
        return player.seek(MediaTime{40'000'000});
      case 3:
        return player.set_speed(1.5);
      case 4:
        return player.select_text("");
      case 5:
        return player.select_audio("");
      case 6:
        return player.select_representation("");
      case 7:
        return player.set_limits({});
      case 8:
        return player.go_live();
      case 9:
        return player.set_volume(0.5);
      case 10:
        return player.set_speed(1);
      default:
        CHECK(player.status() != nullptr);
    }
  });
  world.load_url(world.title.url());
  world.run_for(60s);
  CHECK(calls >= 12);
  world.player->play();
  world.run_for(5s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  world.player->set_wakeup({});  // before the player goes
}

TEST_CASE("U02 U03 a player may go at any moment of a start, a play or a seek") {
  for (int step = 0; step < 120; ++step) {
    CAPTURE(step);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    world.start_app();
    world.load_title();
    world.run_for(step * 17ms);
    if (step % 3 == 1) world.player->seek(MediaTime{60'000'000});
    if (step % 3 == 2) world.player->prepare({});
    world.run_for((step % 5) * 13ms);
    world.quit_app();
    CHECK(world.transport->in_flight() == 0);
    const std::size_t requests = world.transport->records().size();
    world.run_for(1min);
    CHECK(world.transport->records().size() == requests);  // nobody is left who asks
  }
}

TEST_CASE("U05 a hundred loads on top of each other: the last one plays") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  for (int i = 0; i < 100; ++i) {
    world.load_url(world.title.url(), Duration{i * 1'000'000});
    world.run_for(i % 7 * 1ms);
  }
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  CHECK(world.all<LoadStarted>().size() == 100);
  CHECK(world.all<FirstFrame>().size() == 1);
  CHECK(world.position_s() >= 99);
  CHECK(world.position_s() <= 105);
  CHECK(world.transport->in_flight() <= 2);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE(
    "U11 an app that comes and goes a hundred times: nothing piles up, the app's choices stay") {
  SimTitle title;
  title.segments = 200;
  SimWorld world(1, title, SimLink::constant(20'000'000));
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.player->set_volume(0.3);
  world.player->set_speed(1.25);
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == "de") world.player->select_audio(track.id);
  }
  world.run_for(20s);
  const auto selected = [&world] {
    for (const TrackInfo& track : world.status()->tracks) {
      if (track.is_selected && track.kind == TrackKind::kAudio) return track.language;
    }
    return std::string();
  };
  REQUIRE(selected() == "de");
  const int64_t held = world.status()->buffered_bytes;
  const std::size_t timers = world.executor.pending_timers();
  const int opened = world.speaker->opened();
  for (int i = 0; i < 100; ++i) {
    CAPTURE(i);
    // The viewer's own pause outlasts the app's absence; sockets do not, now and then.
    const bool was_paused = i % 10 == 9;
    world.player->pause();
    world.run_for(3s);
    CHECK(world.status()->state == PlayerState::kPaused);
    CHECK_FALSE(world.speaker->is_running());
    if (i % 7 == 3) world.client->network_changed(false);
    const std::size_t requests = world.transport->records().size();
    world.run_for(i % 7 == 3 ? 10min : 2s);
    CHECK(world.transport->records().size() - requests <= 12);  // reports, and what was due
    if (i % 7 == 3) world.client->network_changed(true);
    world.run_for(100ms);
    CHECK(world.status()->is_paused);  // nothing begins by itself
    if (was_paused) continue;
    world.player->play();
    world.run_for(500ms);
    CHECK(world.status()->state == PlayerState::kPlaying);
    CHECK(world.speaker->is_running());
  }
  world.player->play();
  world.run_for(20s);
  CHECK(selected() == "de");
  CHECK(world.status()->volume == 0.3);
  CHECK(world.speaker->volume() == 0.3);
  CHECK(world.status()->speed == 1.25);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.status()->buffered_bytes <= 2 * held + (1 << 20));
  CHECK(world.executor.pending_timers() <= timers + 4);
  CHECK(world.speaker->opened() <= opened + 1);
  CHECK(world.transport->in_flight() <= 4);
  CHECK(world.find<Failed>() == nullptr);
}

TEST_CASE("U14 fifty players at once all play") {
  SimWorld world(1, {}, SimLink::constant(400'000'000));
  world.start_app();
  std::vector<std::unique_ptr<Player>> players;
  for (int i = 0; i < 50; ++i) {
    auto screen = std::make_shared<CapturingVideoSink>(world.executor);
    Sinks sinks;
    sinks.video = screen;
    auto player = Player::create(world.client, {}, std::move(sinks),
                                 std::shared_ptr<Executor>(&world.executor, [](Executor*) {}));
    REQUIRE(player.has_value());
    players.push_back(*std::move(player));
    PlaySource source;
    source.url = world.title.url();
    players.back()->load(source);
  }
  world.run_for(20s);
  for (const auto& player : players) {
    const auto status = player->status();
    CHECK(status->state == PlayerState::kPlaying);
    CHECK(status->position > MediaTime{15'000'000});
    CHECK(status->qoe.rebuffer_count == 0);
  }
  players.clear();
  world.quit_app();
  CHECK(world.transport->in_flight() == 0);
}

TEST_CASE("wasted bytes: none of what is played, all of what a seek or a stop throws away") {
  SimWorld world(1, {}, SimLink::constant(3'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  CHECK(world.status()->qoe.wasted_bytes == 0);

  // In the middle of a segment.
  REQUIRE(world.executor.run_until_true([&] { return world.transport->in_flight() > 0; }, 10s));
  world.run_for(300ms);
  world.player->seek(MediaTime{90'000'000});
  world.run_for(5s);
  const QoeSummary after_seek = world.status()->qoe;
  CHECK(after_seek.wasted_bytes > 1'000);
  CHECK(after_seek.wasted_bytes < after_seek.bytes / 2);

  world.run_for(3s);
  CHECK(world.status()->qoe.wasted_bytes == after_seek.wasted_bytes);
  world.forget_events();
  world.player->stop();
  REQUIRE(world.run_until_event<Summary>(1s));
  // What was buffered ahead is never shown.
  CHECK(world.find<Summary>()->qoe.wasted_bytes > after_seek.wasted_bytes);
  CHECK(world.find<Summary>()->qoe.wasted_bytes < world.find<Summary>()->qoe.bytes);
}

TEST_CASE("wasted bytes: a title that is played to its end wastes nothing") {
  SimWorld world(1, {}, SimLink::constant(2'000'000));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<Summary>(5min));
  const QoeSummary& qoe = world.find<Summary>()->qoe;
  CHECK(qoe.bytes > 0);
  CHECK(qoe.wasted_bytes <= qoe.bytes / 50);
}

}  // namespace
}  // namespace playhead::test
