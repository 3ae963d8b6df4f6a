// SPDX-License-Identifier: Apache-2.0
// Seeks one after the other, seeks to key frames, and sound that is changed while it is heard.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "sim/playing.h"

namespace playhead::test {
namespace {

std::string id_of(SimWorld& world, const std::string& language) {
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == language) return track.id;
  }
  return {};
}

TEST_CASE("U04 a thousand seeks a second: few requests, and the last one wins") {
  Playing playing;
  SimWorld& world = playing.world;
  const std::size_t before = world.transport->records().size();
  for (uint64_t i = 0; i < 1000; ++i) {
    world.player->seek(MediaTime{static_cast<int64_t>(i * 7 % 11) * 10'000'000}, i);
    world.run_for(1ms);
  }
  world.player->seek(MediaTime{90'500'000}, 9'999);
  world.run_for(100ms);
  CHECK(world.position_s() == doctest::Approx(90.5).epsilon(0.002));
  // Whatever was asked for on the way, no more than one request of each track is under way.
  CHECK(world.transport->in_flight() <= 2);
  CHECK(world.transport->records().size() - before <= 2 * 1001);
  REQUIRE(world.executor.run_until_true(
      [&] { return world.status()->state == PlayerState::kPlaying; }, 5s));
  world.run_for(5s);
  CHECK(world.all<SeekDone>().size() == 1001);
  CHECK(world.all<SeekDone>().back().user_tag == 9'999);
  CHECK(world.position_s() == doctest::Approx(95.5).epsilon(0.01));
}

TEST_CASE("U04 N40 of seeks that wait for a network as many are answered as there is room for") {
  Playing playing;
  SimWorld& world = playing.world;
  world.take_down(".test", 10s);
  world.client->network_changed(false);
  constexpr uint64_t kLast = 2'999;
  for (uint64_t i = 0; i <= kLast; ++i) {
    world.player->seek(MediaTime{60'000'000 + static_cast<int64_t>(i % 10) * 1'000'000}, i);
    if (i % 100 == 0) world.run_for(1ms);
    if (i % 100 == 0) world.forget_events();
  }
  world.run_for(11s);
  world.forget_events();
  world.client->network_changed(true);
  REQUIRE(world.run_until_event<SeekDone>(5s));
  CHECK(world.find<EventsDropped>() == nullptr);
  const auto answered = world.all<SeekDone>();
  REQUIRE(answered.size() > 1000);
  CHECK(answered.size() < 1024);
  CHECK(answered.back().user_tag == kLast);
  CHECK(answered.front().user_tag == kLast + 1 - answered.size());
}

TEST_CASE("U04 a thousand pauses and plays a second: the last one counts, and no time is lost") {
  for (const bool ends_paused : {true, false}) {
    CAPTURE(ends_paused);
    Playing playing;
    SimWorld& world = playing.world;
    const double begin = world.position_s();
    const std::size_t before = world.transport->records().size();
    for (int i = 0; i < 1000; ++i) {
      world.player->pause();
      if (i % 3 == 0) world.player->pause();
      world.run_for(i % 2 == 0 ? 1ms : 0ms);
      world.player->play();
    }
    if (ends_paused) world.player->pause();
    world.run_for(100ms);
    CHECK(world.status()->is_paused == ends_paused);
    CHECK(world.speaker->is_running() == !ends_paused);
    const double quiet = world.position_s();
    CHECK(quiet >= begin);
    CHECK(quiet <= begin + 0.7);  // what passed meanwhile
    world.run_for(5s);
    CHECK(world.position_s() == doctest::Approx(quiet + (ends_paused ? 0 : 5)).epsilon(0.005));
    CHECK(world.transport->in_flight() <= 2);
    CHECK(world.transport->records().size() - before <= 8);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: seeks within the buffer fetch nothing, forwards and backwards") {
  SimWorld world(1, {}, SimLink::constant(20'000'000));
  PlayerConfig config;
  config.buffering.back = 20s;
  world.start_app(config);
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(40s);
  world.player->pause();
  world.run_for(30s);  // what it wants ahead is there
  const std::size_t requests = world.transport->records().size();
  for (const int64_t target_us : {41'000'000, 25'500'000, 24'000'000, 60'000'000, 62'000'000}) {
    CAPTURE(target_us);
    world.forget_events();
    world.screen->forget();
    world.player->seek(MediaTime{target_us}, 1);
    REQUIRE(world.run_until_event<SeekDone>(100ms));
    CHECK(world.screen->shown().front().time.us <= target_us);
    CHECK(world.screen->shown().front().time.us > target_us - 40'000);
  }
  // Back at the end of the buffer there may be room for one more segment of each.
  for (std::size_t i = requests; i < world.transport->records().size(); ++i) {
    CHECK(world.transport->records()[i].url.find("-6.seg") == std::string::npos);
    CHECK(world.transport->records()[i].url.find("-10.seg") == std::string::npos);
  }
  CHECK(world.transport->records().size() - requests <= 2);
}

TEST_CASE("sim: a fast seek shows the key frame at or before the position") {
  struct Case {
    const char* name;
    int64_t target_us, shown_us;
  };
  // Key frames every 2 s, segments of 4 s.
  const Case cases[] = {
      {"in the buffer", 15'900'000, 14'000'000},
      {"on a key frame", 14'000'000, 14'000'000},
      {"out of the buffer: the segment's first", 99'900'000, 96'000'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Playing playing;
    SimWorld& world = playing.world;
    world.player->seek(MediaTime{c.target_us}, 5, SeekMode::kFast);
    REQUIRE(world.run_until_event<SeekDone>(5s));
    CHECK(world.screen->shown().front().time == MediaTime{c.shown_us});
    CHECK(world.find<SeekStarted>()->target == MediaTime{c.shown_us});
    CHECK(world.find<SeekDone>()->user_tag == 5);
  }
}

TEST_CASE("sim: another language: no stall, no frozen picture, no gap, no seconds of the old one") {
  Playing playing(20s);
  SimWorld& world = playing.world;
  const std::string german = id_of(world, "de");
  const std::string english = id_of(world, "en");
  REQUIRE(!german.empty());
  const auto asked_for = [&](const char* part) {
    const auto urls = world.media_requests();
    return std::count_if(urls.begin(), urls.end(), [&](const std::string& url) {
      return url.find(part) != std::string::npos;
    });
  };
  for (int round = 0; round < 4; ++round) {
    CAPTURE(round);
    world.forget_events();
    world.screen->forget();
    const double before = world.position_s();
    const MonotonicTime asked = world.executor.now();
    const auto requests = asked_for("a-");
    const double heard = world.speaker->heard_s(asked);
    world.player->select_audio(round % 2 == 0 ? german : english);
    REQUIRE(world.executor.run_until_true(
        [&] { return world.status()->audio_buffer < 9s && world.executor.now() > asked; },
        1s));  // what is buffered is the new sound alone: little so far
    world.run_for(5s);
    CHECK(asked_for("a-") > requests);
    CHECK(world.position_s() == doctest::Approx(before + 5.5).epsilon(0.05));
    CHECK(world.all<StateChanged>().empty());
    const auto& shown = world.screen->shown();
    for (std::size_t i = 1; i < shown.size(); ++i) {
      CHECK(shown[i].time - shown[i - 1].time == 40ms);
      CHECK(shown[i].at - shown[i - 1].at <= 80ms);
    }
    const double elapsed = to_seconds(world.executor.now() - asked);
    CHECK(world.speaker->heard_s(world.executor.now()) - heard >= elapsed - 0.1);
    CHECK(world.speaker->underrun_frames() == 0);
  }
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: sound chosen again before it is there, and the sound that plays already") {
  Playing playing(20s);
  SimWorld& world = playing.world;
  const std::string german = id_of(world, "de");
  const std::string english = id_of(world, "en");
  const std::size_t requests = world.transport->records().size();
  world.player->select_audio(english);
  world.run_for(100ms);
  const auto& records = world.transport->records();
  for (std::size_t i = requests; i < records.size(); ++i) {
    CHECK(records[i].url.find("a-en-5") == std::string::npos);  // it is there
  }
  for (int i = 0; i < 20; ++i) {
    world.player->select_audio(i % 2 == 0 ? german : english);
    world.run_for(3ms);
  }
  world.player->select_audio(german);
  world.player->seek(MediaTime{30'000'000});
  world.run_for(10s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.status()->qoe.rebuffer_count == 0);
  for (const TrackInfo& track : world.status()->tracks) {
    CHECK(track.is_selected == (track.id == german));
  }
  world.player->select_audio("");  // automatic: the manifest's default
  world.run_for(1s);
  for (const TrackInfo& track : world.status()->tracks) {
    CHECK(track.is_selected == (track.id == english));
  }
}

}  // namespace
}  // namespace playhead::test
