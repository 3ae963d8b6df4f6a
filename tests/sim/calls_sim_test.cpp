// SPDX-License-Identifier: Apache-2.0
// What the app may ask for at any time.
#include <doctest/doctest.h>

#include "sim/playing.h"

namespace playhead::test {
namespace {

TEST_CASE("sim: a seek within the buffer fetches nothing and is exact") {
  Playing playing(25s);
  SimWorld& world = playing.world;
  const std::size_t requests = world.media_requests().size();
  for (const int64_t target_us : {30'123'456, 22'000'000, 21'990'000}) {
    CAPTURE(target_us);
    world.forget_events();
    world.screen->forget();
    world.player->seek(MediaTime{target_us}, 7);
    REQUIRE(world.run_until_event<SeekDone>(1s));
    CHECK(world.find<SeekDone>()->user_tag == 7);
    CHECK(world.find<SeekDone>()->elapsed < 50ms);
    REQUIRE(!world.screen->shown().empty());
    const MediaTime first = world.screen->shown().front().time;
    CHECK(first.us <= target_us);
    CHECK(first.us > target_us - 40'000);
  }
  // Fetching ahead goes on; what is behind is not asked for again.
  const auto urls = world.media_requests();
  for (std::size_t i = requests; i < urls.size(); ++i) {
    CHECK(urls[i].find("-5.seg") == std::string::npos);
    CHECK(urls[i].find("-7.seg") == std::string::npos);
  }
}

TEST_CASE("sim: a seek out of the buffer asks for the right segment first") {
  Playing playing;
  SimWorld& world = playing.world;
  const std::size_t requests = world.media_requests().size();
  world.player->seek(MediaTime{90'500'000}, 1);
  REQUIRE(world.run_until_event<SeekDone>(5s));
  const auto urls = world.media_requests();
  REQUIRE(urls.size() > requests);
  CHECK(urls[requests].find("-22.seg") != std::string::npos);
  CHECK(world.screen->shown().front().time == MediaTime{90'480'000});
  world.run_for(5s);
  CHECK(world.position_s() == doctest::Approx(95.5).epsilon(0.01));
}

TEST_CASE("sim: a storm of seeks ends at the last one, and each is answered") {
  Playing playing;
  SimWorld& world = playing.world;
  for (uint64_t i = 0; i < 50; ++i) {
    world.player->seek(MediaTime{static_cast<int64_t>(i * 7 % 11) * 10'000'000}, i);
    world.run_for(17ms);
  }
  world.player->seek(MediaTime{40'000'000}, 99);
  world.run_for(10s);
  CHECK(world.all<SeekDone>().size() == 51);
  CHECK(world.all<SeekDone>().back().user_tag == 99);
  CHECK(world.position_s() == doctest::Approx(49.9).epsilon(0.01));
}

TEST_CASE("sim: pause stops the clock, play goes on where it was") {
  Playing playing;
  SimWorld& world = playing.world;
  world.player->pause();
  world.run_for(1s);
  CHECK(world.status()->state == PlayerState::kPaused);
  const double paused_at = world.position_s();
  const uint64_t steps = world.executor.steps();
  world.run_for(1h);
  CHECK(world.executor.steps() - steps < 100);  // nothing to do, nothing done
  CHECK(world.position_s() == paused_at);
  world.player->play();
  world.run_for(10s);
  CHECK(world.position_s() == doctest::Approx(paused_at + 10).epsilon(0.01));
  CHECK(world.find<FirstFrame>() == nullptr);  // said once a play
}

TEST_CASE("sim: a title may be loaded paused, and shows its first frame") {
  SimWorld world;
  world.start_app();
  world.load_title(true);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(10s);
  CHECK(world.status()->state == PlayerState::kPaused);
  CHECK(world.position_s() == 0);
  CHECK(world.screen->shown().size() == 1);
}

TEST_CASE("sim: without sound the clock loses nothing, however often it is looked at") {
  SimTitle title;
  title.has_audio = false;
  SimWorld world(1, title, SimLink::constant(8'000'000));
  world.start_app();
  world.player->set_speed(0.75);
  world.load_url(title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(5s);
  const auto turn = [&] {
    world.player->set_volume(1);
    world.run_for(1us);
    return world.status()->position;
  };
  const MediaTime before = turn();
  for (int i = 0; i < 1'999; ++i) turn();
  CHECK((turn() - before).count() == doctest::Approx(1'500).epsilon(0.01));
}

TEST_CASE("sim: speed changes how fast the position moves") {
  for (const double speed : {0.5, 1.5, 2.0}) {
    CAPTURE(speed);
    Playing playing;
    SimWorld& world = playing.world;
    world.player->set_speed(speed);
    world.run_for(1s);  // what was decoded at the old speed is played out
    const double before = world.position_s();
    world.run_for(20s);
    CHECK(world.position_s() - before == doctest::Approx(20 * speed).epsilon(0.01));
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: out-of-range wishes are clamped or refused with a warning") {
  Playing playing;
  SimWorld& world = playing.world;
  world.player->set_speed(99);
  world.player->set_volume(-3);
  world.player->select_representation("no such");
  world.player->select_audio("no such");
  world.player->seek(MediaTime{-5'000'000});
  world.run_for(100ms);
  CHECK(world.status()->speed == 2.0);
  CHECK(world.speaker->volume() == 0.0);
  CHECK(world.all<Warning>().size() == 2);
  CHECK(world.all<SeekStarted>().front().target == MediaTime{0});
  world.player->seek(MediaTime{int64_t{1} << 60});
  REQUIRE(world.run_until_event<Ended>(10s));
}

TEST_CASE("sim: a Representation chosen by hand shows soon and stays") {
  Playing playing;
  SimWorld& world = playing.world;
  const auto representations = world.status()->representations;
  REQUIRE(representations.size() == 4);
  world.player->select_representation(representations[1].id);
  world.run_for(9s);
  CHECK(world.status()->shown.bitrate.bps == 900'000);
  CHECK_FALSE(world.status()->is_auto_bitrate);
  CHECK(world.all<RepresentationChanged>().back().reason == SwitchReason::kManual);
  world.run_for(30s);
  CHECK(world.status()->shown.bitrate.bps == 900'000);
  world.player->select_representation("");
  world.run_for(50s);
  CHECK(world.status()->shown.bitrate.bps == 3'500'000);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: the sound can be changed while playing") {
  Playing playing;
  SimWorld& world = playing.world;
  std::string german;
  for (const TrackInfo& track : world.status()->tracks) {
    if (track.language == "de") german = track.id;
  }
  REQUIRE(!german.empty());
  const double before = world.position_s();
  world.player->select_audio(german);
  world.run_for(5s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() == doctest::Approx(before + 5).epsilon(0.05));
  bool fetched = false;
  for (const std::string& url : world.media_requests()) {
    fetched = fetched || url.find("a-de-") != std::string::npos;
  }
  CHECK(fetched);
}

TEST_CASE("sim: load replaces what plays, stop ends it with a summary") {
  Playing playing;
  SimWorld& world = playing.world;
  world.load_url(world.title.url(), Duration{60s});
  REQUIRE(world.run_until_event<FirstFrame>(5s));
  CHECK(world.all<Summary>().size() == 1);  // of the first play
  world.run_for(1s);
  CHECK(world.position_s() == doctest::Approx(61).epsilon(0.01));
  world.player->stop();
  world.run_for(100ms);
  CHECK(world.all<Summary>().size() == 2);
  CHECK(world.status()->state == PlayerState::kIdle);
  world.player->stop();
  world.player->pause();
  world.player->play();
  world.player->seek(MediaTime{5});
  world.run_for(100ms);
  CHECK(world.status()->state == PlayerState::kIdle);
}

TEST_CASE("sim: after the end a seek plays on") {
  SimWorld world;
  world.start_app();
  world.load_url(world.title.url(), Duration{110s});
  REQUIRE(world.run_until_event<Ended>(1min));
  world.forget_events();
  world.player->seek(MediaTime{50'000'000});
  REQUIRE(world.run_until_event<SeekDone>(10s));
  world.run_for(5s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(world.position_s() == doctest::Approx(55).epsilon(0.01));
}

}  // namespace
}  // namespace playhead::test
