// SPDX-License-Identifier: Apache-2.0
// What apps do to a player, and what they want to know of it afterwards.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "sim/playing.h"

namespace playhead::test {
namespace {

// Sinks of an app that does something else inside their callbacks.
struct Hook {
  std::function<void(const std::string& callback)> inside;
  int calls = 0;

  void operator()(const char* callback) {
    ++calls;
    if (inside) inside(callback);
  }
};

class HookedScreen final : public VideoSink {
 public:
  explicit HookedScreen(Hook& hook) : hook_(hook) {}
  void show(const VideoFrame&) override { hook_("show"); }
  void clear() override { hook_("clear"); }

 private:
  Hook& hook_;
};

class HookedSpeaker final : public AudioSink {
 public:
  HookedSpeaker(Hook& hook, SimAudioSink& device) : hook_(hook), device_(device) {}
  Result<AudioFormat> open(AudioFormat wanted) override {
    auto opened = device_.open(wanted);
    hook_("open");
    return opened;
  }
  void close() override {
    device_.close();
    hook_("close");
  }
  void write(const float* samples, int64_t frames) override {
    device_.write(samples, frames);
    hook_("write");
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime now) override {
    hook_("frames_played");
    return device_.frames_played(now);
  }
  void pause() override {
    device_.pause();
    hook_("pause");
  }
  void resume() override {
    device_.resume();
    hook_("resume");
  }
  void flush() override {
    device_.flush();
    hook_("flush");
  }
  void set_volume(double volume) override {
    device_.set_volume(volume);
    hook_("set_volume");
  }

 private:
  Hook& hook_;
  SimAudioSink& device_;
};

// A world whose player has such sinks, in the place of its own.
struct HookedWorld {
  Hook hook;
  SimWorld world{1, {}, SimLink::constant(20'000'000)};

  ~HookedWorld() { hook.inside = nullptr; }
  HookedWorld() {
    world.start_app();
    Sinks sinks;
    sinks.video = std::make_shared<HookedScreen>(hook);
    sinks.audio = std::make_shared<HookedSpeaker>(hook, *world.speaker);
    world.player =
        *Player::create(world.client, {}, std::move(sinks),
                        std::shared_ptr<Executor>(std::shared_ptr<void>(), &world.executor));
  }
  // Something of everything: a start, a seek, a pause, another title.
  void play() {
    const auto call = [this](auto command) {
      if (world.player) command(*world.player);
      world.run_for(3s);
    };
    call([&](Player&) { world.load_url(world.title.url()); });
    call([](Player& p) { p.seek(MediaTime{60'000'000}); });
    call([](Player& p) { p.set_volume(0.3); });
    call([](Player& p) { p.pause(); });
    call([](Player& p) { p.play(); });
    call([&](Player&) { world.load_url(world.title.url()); });
    call([](Player& p) { p.stop(); });
  }
};

void make_some_call(Player& player, const std::string& url, int number) {
  PlaySource source;
  source.url = url;
  switch (number % 20) {
    case 0:
      return player.pause();
    case 1:
      return player.play();
    case 2:
      return player.seek(MediaTime{40'000'000}, 7, SeekMode::kFast);
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
    case 11:
      return player.trick_play(8);
    case 12:
      return player.scrub(MediaTime{10'000'000});
    case 13:
      return player.request_thumbnail(MediaTime{10'000'000}, 3);
    case 14:
      return player.set_next(source);
    case 15:
      return player.play_next();
    case 16:
      return player.clear_next();
    case 17:
      return player.stop();
    case 18:
      return player.prepare(source);
    default:
      return player.load(source);
  }
}

TEST_CASE("U01 every call may be made from inside every callback") {
  HookedWorld hooked;
  SimWorld& world = hooked.world;
  std::map<std::string, int> made;
  const auto call = [&](const std::string& callback) {
    Player& player = *world.player;
    CHECK(player.status() != nullptr);
    (void)player.decision_log();
    (void)player.now();
    world.client->network_changed();
    make_some_call(player, world.title.url(), made[callback]++);
  };
  int depth = 0;
  hooked.hook.inside = [&](const std::string& callback) {
    if (++depth == 1 && made[callback] < 60) call(callback);  // else it would never end
    --depth;
  };
  world.player->set_wakeup([&] {
    while (world.player->next_event()) {  // else nobody is woken again
    }
    if (made["wake-up"] < 60) call("wake-up");
  });
  for (int i = 0; i < 20; ++i) hooked.play();
  for (const char* callback : {"show", "clear", "open", "close", "write", "frames_played", "pause",
                               "resume", "flush", "set_volume", "wake-up"}) {
    CAPTURE(std::string(callback));
    CHECK(made[callback] >= 15);
  }
  hooked.hook.inside = nullptr;
  world.player->set_wakeup({});
  world.load_url(world.title.url());
  world.run_for(20s);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("U02 a player may be destroyed inside every callback, which is then the last one") {
  int fired = 0;
  for (const char* callback : {"show", "clear", "open", "write", "frames_played", "pause", "resume",
                               "flush", "set_volume", "wake-up", "request", "token"}) {
    for (const int at : {1, 3}) {
      // Later ones begin inside tasks of the simulated network, which no real one has.
      if (at > 1 && std::string(callback) == "request") continue;
      CAPTURE(std::string(callback));
      CAPTURE(at);
      HookedWorld hooked;
      SimWorld& world = hooked.world;
      int left = at;
      bool is_over = false;
      int later = 0, calls_inside = 0;
      const auto maybe_destroy = [&](const std::string& name) {
        if (is_over) ++later;
        if (name != callback || !world.player || --left > 0) return;
        const int before = hooked.hook.calls;
        world.player.reset();
        calls_inside = hooked.hook.calls - before;
        // That which is being opened, when it is.
        if (name != "open") CHECK_FALSE(world.speaker->is_open());
        ++fired;
        // Outside of it, as soon as it has returned.
        is_over = true;
      };
      hooked.hook.inside = [&](const std::string& name) {
        if (name == "close") return;
        maybe_destroy(name);
      };
      world.player->set_wakeup([&] {
        while (world.player->next_event()) {
        }
        maybe_destroy("wake-up");
      });
      world.transport->observe([&](const SimRecord&) {
        if (!is_over && std::string(callback) == "request") maybe_destroy("request");
      });
      if (std::string(callback) == "token") {
        world.load_title();
        world.transport->watch([&](const WebRequest&) { maybe_destroy("token"); });
      }
      hooked.play();
      world.run_for(1min);
      CHECK(later == 0);
      if (!world.player) CHECK_FALSE(world.speaker->is_open());
      CHECK(calls_inside <= 1);  // the device is closed
      if (world.player) continue;
      CHECK(world.transport->in_flight() == 0);
      const int calls = hooked.hook.calls;
      world.client.reset();
      world.run_for(1min);
      CHECK(hooked.hook.calls == calls);
    }
  }
  CHECK(fired >= 19);
}

TEST_CASE("U02 the last reference to a client may go inside a callback of its player") {
  HookedWorld hooked;
  SimWorld& world = hooked.world;
  hooked.hook.inside = [&](const std::string& callback) {
    if (callback != "show" || !world.player) return;
    world.player.reset();
    world.client.reset();
  };
  hooked.play();
  world.run_for(10s);
  CHECK(world.client == nullptr);
  CHECK(world.executor.idle());
}

TEST_CASE("U02 after close() calls do nothing, and what was told can still be read") {
  HookedWorld hooked;
  SimWorld& world = hooked.world;
  world.load_url(world.title.url());
  world.run_for(5s);
  world.player->close();
  world.player->close();
  const std::size_t requests = world.transport->records().size();
  for (int i = 0; i < 20; ++i) make_some_call(*world.player, world.title.url(), i);
  world.player->set_wakeup([] { FAIL("nothing wakes any more"); });
  CHECK(world.player->status()->state == PlayerState::kIdle);
  CHECK_FALSE(world.player->wait_event().has_value());  // at once
  world.run_for(1min);
  CHECK(world.find<Summary>() != nullptr);
  CHECK(world.transport->records().size() == requests);
}

TEST_CASE("U06 a wake-up that blocks for 10 s holds up neither sound nor calls, and is told of") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  world.start_app();
  VirtualExecutor notifier;  // nobody runs it: whoever has it is busy
  world.player.reset();
  ClientDependencies parts;
  const auto borrowed = [](auto& object) {
    return std::shared_ptr<Executor>(std::shared_ptr<void>(), &object);
  };
  parts.executor = borrowed(world.executor);
  parts.notifier = borrowed(notifier);
  parts.transport = world.transport;
  parts.backend = std::make_shared<SimBackend>();
  world.client = *Client::create({}, std::move(parts));
  Sinks sinks;
  sinks.video = world.screen;
  sinks.audio = world.speaker;
  world.player = *Player::create(world.client, {}, sinks, borrowed(world.executor));
  int woken = 0;
  world.player->set_wakeup([&] { ++woken; });
  PlaySource source;
  source.url = world.title.url();
  world.player->load(source);
  world.executor.run_for(10s);
  CHECK(world.speaker->heard_s(world.executor.now()) > 9);
  CHECK(world.speaker->underrun_frames() == 0);
  for (uint64_t i = 0; i < 10'000; ++i) {
    world.player->seek(MediaTime{static_cast<int64_t>(i % 90) * 1'000'000}, i);
    if (i % 100 == 0) world.executor.run_for(1ms);
  }
  world.player->seek(MediaTime{30'000'000}, 10'000);
  world.executor.run_for(5s);
  CHECK(woken == 0);
  notifier.run_ready();
  CHECK(woken == 1);
  world.run_for(0s);
  CHECK(world.events.size() < 1'100);
  CHECK(world.all<SeekDone>().back().user_tag == 10'000);
  CHECK(world.find<EventsDropped>() != nullptr);
  const auto warnings = world.all<Warning>();
  CHECK(std::count_if(warnings.begin(), warnings.end(), [](const Warning& warning) {
          return warning.error.code == ErrorCode::kCallbackSlow;
        }) == 1);
}

TEST_CASE("U06 a sink that holds the engine up is told of, not often") {
  HookedWorld hooked;
  SimWorld& world = hooked.world;
  hooked.hook.inside = [&](const std::string& callback) {
    if (callback == "show") world.executor.starve(600ms);
  };
  const MonotonicTime began = world.executor.now();
  world.load_url(world.title.url());
  world.run_for(25s);
  const auto warnings = world.all<Warning>();
  const auto slow = std::count_if(warnings.begin(), warnings.end(), [](const Warning& warning) {
    return warning.error.code == ErrorCode::kCallbackSlow;
  });
  CHECK(slow >= 2);
  CHECK(slow <= (world.executor.now() - began) / 10s + 1);
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
  SimTitle title;
  title.bitrates_bps = {400'000};  // fifty of them, not their bytes
  SimWorld world(1, title, SimLink::constant(400'000'000));
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
  world.run_for(9s);
  for (const auto& player : players) {
    const auto status = player->status();
    CHECK(status->state == PlayerState::kPlaying);
    CHECK(status->position > MediaTime{5'000'000});
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
