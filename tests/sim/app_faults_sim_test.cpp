// SPDX-License-Identifier: Apache-2.0
// What apps do to a player, and what they want to know of it afterwards.
#include <algorithm>
#include <cmath>
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

TEST_CASE("U11 a hundred pauses, as an app that comes and goes makes them") {
  Playing playing;
  SimWorld& world = playing.world;
  const int64_t held = world.status()->buffered_bytes;
  for (int i = 0; i < 100; ++i) {
    world.player->pause();
    world.run_for(3s);
    CHECK(world.status()->state == PlayerState::kPaused);
    world.player->play();
    world.run_for(100ms);
  }
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.status()->buffered_bytes <= 2 * held + (1 << 20));
  CHECK(world.position_s() == doctest::Approx(20).epsilon(0.05));
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

TEST_CASE("U14 G16 what players may hold together is theirs to share, and given back") {
  SimWorld world(1, {}, SimLink::constant(200'000'000));
  world.start_app();
  ClientConfig config;
  config.max_media_bytes = 12 << 20;
  ClientDependencies parts;
  parts.executor = std::shared_ptr<Executor>(&world.executor, [](Executor*) {});
  parts.transport = world.transport;
  parts.store = std::shared_ptr<Store>(&world.store, [](Store*) {});
  SimCodecTroubles codecs;
  codecs.has_full_samples = true;
  parts.backend = std::make_shared<SimBackend>(codecs);
  auto client = Client::create(std::move(config), std::move(parts));
  REQUIRE(client.has_value());
  std::vector<std::unique_ptr<Player>> players;
  const auto add = [&] {
    auto player = Player::create(*client, {}, {},
                                 std::shared_ptr<Executor>(&world.executor, [](Executor*) {}));
    REQUIRE(player.has_value());
    players.push_back(*std::move(player));
    PlaySource source;
    source.url = world.title.url();
    players.back()->load(source);
  };
  const auto held = [&] {
    int64_t sum = 0;
    for (const auto& player : players) sum += player->status()->buffered_bytes;
    return sum;
  };
  add();
  world.run_for(15s);
  const int64_t alone = held();
  CHECK(alone > 10 << 20);  // 30 s of 3.5 Mbit/s are 13 MB
  CHECK(alone <= 13 << 20);
  players.front()->pause();
  world.run_for(100ms);
  for (int i = 0; i < 3; ++i) add();
  world.run_for(1s);
  CHECK(players.front()->status()->buffered_bytes <= 4 << 20);  // paused, and yet
  int64_t most = 0;
  for (int i = 0; i < 100; ++i) {
    world.run_for(100ms);
    most = std::max(most, held());
  }
  CHECK(most <= (12 << 20) + 4 * (1 << 20));
  for (std::size_t i = 1; i < players.size(); ++i) {
    CHECK(players[i]->status()->state == PlayerState::kPlaying);
  }
  players.resize(1);
  players.front()->play();
  world.run_for(10s);
  CHECK(held() > 10 << 20);
  players.clear();
}

TEST_CASE("U10 memory runs out: a segment ahead stays, playback does not notice") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.codecs.has_full_samples = true;
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  const auto before = world.status();
  REQUIRE(before->video_buffer > 15s);
  world.client->low_memory();
  world.run_for(100ms);
  const auto after = world.status();
  CHECK(after->video_buffer <= 8s);  // the rest of this segment, and one
  CHECK(after->audio_buffer <= 8s);
  CHECK(after->video_buffer > 3s);
  CHECK(after->buffered_bytes < before->buffered_bytes / 2);
  Duration most{0};
  for (int i = 0; i < 40; ++i) {
    world.run_for(1s);
    most = std::max(most, world.status()->video_buffer);
  }
  CHECK(most <= 12s);  // 8 s, and a segment comes whole
  world.run_for(30s);
  CHECK(world.status()->video_buffer > 15s);  // a minute later all is as before
  REQUIRE(world.run_until_event<Ended>(3min));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  const auto& shown = world.screen->shown();
  for (std::size_t i = 1; i < shown.size(); ++i) {
    REQUIRE(shown[i].time - shown[i - 1].time == 40ms);
  }
}

TEST_CASE("U10 memory runs out while paused: the picture stays, and playback goes on from it") {
  Playing playing(10s);
  SimWorld& world = playing.world;
  world.player->pause();
  world.run_for(1s);
  const double here = world.position_s();
  world.client->low_memory();
  world.run_for(1s);
  CHECK(world.status()->state == PlayerState::kPaused);
  CHECK(world.screen->cleared() == 1);  // by load()
  world.screen->forget();
  world.player->seek(MediaTime{12'000'000});
  world.run_for(100ms);
  CHECK(world.screen->shown().size() == 1);  // what a seek finds is seen
  world.client->low_memory();
  world.run_for(1s);
  world.player->play();
  world.run_for(2s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() > here);
  CHECK(world.screen->shown().size() > 40);
  // Nothing is loaded, or has ended: nothing happens.
  world.player->stop();
  world.client->low_memory();
  world.run_for(1s);
}

TEST_CASE("U12 the surface goes and comes back: sound goes on, the picture is there at once") {
  Playing playing(10s);
  SimWorld& world = playing.world;
  const auto heard = [&] { return world.speaker->heard_s(world.executor.now()); };
  world.player->set_surface(false);
  world.run_for(100ms);
  world.screen->forget();
  const double before = heard();
  world.run_for(15s);
  CHECK(world.screen->shown().empty());
  CHECK(heard() - before == doctest::Approx(15).epsilon(0.02));
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->buffered_bytes > 0);
  const std::size_t requests = world.transport->records().size();
  world.player->set_surface(true);
  world.run_for(200ms);
  REQUIRE_FALSE(world.screen->shown().empty());
  const double late = world.position_s() - to_seconds(world.screen->shown().back().time);
  CHECK(std::abs(late) < 0.2);
  CHECK(world.transport->records().size() - requests <= 2);  // what would have come anyway
  world.run_for(5s);
  CHECK(world.screen->shown().size() > 100);
  CHECK(heard() - before == doctest::Approx(20.2).epsilon(0.02));
  CHECK(world.status()->qoe.rebuffer_count == 0);
  CHECK(world.find<Warning>() == nullptr);
  REQUIRE(world.run_until_event<Ended>(3min));
}

TEST_CASE("U12 without a surface from the beginning to the end") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  world.player->set_surface(false);
  world.load_url(world.title.url());
  world.run_for(10s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  world.player->trick_play(8);
  world.run_for(100ms);
  CHECK(world.find<Warning>() != nullptr);  // there is nothing to see
  world.player->seek(MediaTime{60'000'000});
  world.run_for(2s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  // A surface that comes and goes while it is paused.
  world.player->pause();
  world.player->set_surface(true);
  world.run_for(500ms);
  CHECK(world.screen->shown().size() == 1);
  world.player->set_surface(false);
  world.player->play();
  REQUIRE(world.run_until_event<Ended>(3min));
  CHECK(world.screen->shown().size() == 1);
  CHECK(world.status()->qoe.rebuffer_count == 0);
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
