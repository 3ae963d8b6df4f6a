// SPDX-License-Identifier: Apache-2.0
// Thumbnails: which picture of which image, and how little is fetched for it.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

long count_requests(const SimWorld& world, const std::string& part) {
  const auto& records = world.transport->records();
  return std::count_if(records.begin(), records.end(), [&](const SimRecord& record) {
    return record.url.find(part) != std::string::npos;
  });
}

TEST_CASE("sim: thumbnails of an image playlist") {
  SimTitle title;
  title.has_thumbnails = true;
  SimWorld world(1, title);
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(1s);
  CHECK(world.status()->has_thumbnails);
  struct Case {
    int64_t time_us;
    int x, y;
    int64_t start_us;
    long images;  // fetched so far
  };
  const Case cases[] = {{0, 0, 0, 0, 1},
                        {3'999'999, 160, 0, 2'000'000, 1},
                        {19'000'000, 640, 90, 18'000'000, 1},
                        {20'000'000, 0, 0, 20'000'000, 2},
                        {10'000'000, 0, 90, 10'000'000, 2},
                        {119'900'000, 640, 90, 118'000'000, 3},
                        {500'000'000, 640, 90, 118'000'000, 3}};
  uint64_t tag = 100;
  for (const Case& c : cases) {
    CAPTURE(c.time_us);
    world.forget_events();
    world.player->request_thumbnail(MediaTime{c.time_us}, ++tag);
    REQUIRE(world.run_until_event<ThumbnailReady>(2s));
    const ThumbnailReady& found = *world.find<ThumbnailReady>();
    REQUIRE_FALSE(found.error);
    CHECK(found.user_tag == tag);
    CHECK(found.image.size() == 20'000);
    CHECK(found.x == c.x);
    CHECK(found.y == c.y);
    CHECK(found.width == 160);
    CHECK(found.height == 90);
    CHECK(found.start.us == c.start_us);
    CHECK(found.duration == 2s);
    CHECK(count_requests(world, ".jpg") == c.images);
  }
  CHECK(count_requests(world, "g0.m3u8") == 1);
  CHECK(world.status()->state == PlayerState::kPlaying);
}

TEST_CASE("sim: of many questions for thumbnails the last is answered, one request at a time") {
  SimTitle title;
  title.has_thumbnails = true;
  title.segments = 300;
  SimWorld world(1, title, SimLink::constant(5'000'000, 100ms));
  world.start_app();
  world.load_url(world.title.url());
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(60s);
  world.forget_events();
  for (uint64_t i = 0; i < 500; ++i) {
    world.player->request_thumbnail(MediaTime{static_cast<int64_t>(i) * 2'000'000}, i);
    world.run_for(4ms);
  }
  world.run_for(1s);
  const auto answers = world.all<ThumbnailReady>();
  REQUIRE_FALSE(answers.empty());
  CHECK(answers.back().user_tag == 499);
  CHECK(answers.size() < 400);
  CHECK(count_requests(world, ".jpg") <= 22);
  CHECK(world.status()->qoe.rebuffer_count == 0);
}

TEST_CASE("sim: thumbnails of a tile AdaptationSet, placed by what the MPD says") {
  SimDash dash;
  dash.periods = {SimPeriod(), SimPeriod()};
  dash.periods[1].has_previews = dash.periods[1].serves_previews = true;
  SimWorld world(1);
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.forget_events();
  world.player->request_thumbnail(MediaTime{27'500'000}, 1);
  REQUIRE(world.run_until_event<ThumbnailReady>(2s));
  const ThumbnailReady found = *world.find<ThumbnailReady>();
  REQUIRE_FALSE(found.error);
  CHECK(found.column == 3);  // 7.5 s into a Period of 20 s, of ten pictures
  CHECK(found.x == 480);
  CHECK(found.y == 0);
  CHECK(found.width == 160);
  CHECK(found.height == 90);
  CHECK(found.start.us == 26'000'000);
  // The first Period has none.
  world.forget_events();
  world.player->request_thumbnail(MediaTime{5'000'000}, 2);
  REQUIRE(world.run_until_event<ThumbnailReady>(2s));
  REQUIRE(world.find<ThumbnailReady>()->error);
  CHECK(world.find<ThumbnailReady>()->error->code == ErrorCode::kNoPlayableTrack);
}

TEST_CASE("sim: thumbnails that cannot be had are told so, and playback does not notice") {
  struct Case {
    const char* name;
    bool has_thumbnails;
    const char* broken;
    ErrorCode code;
  };
  const Case cases[] = {{"none", false, "nothing", ErrorCode::kNoPlayableTrack},
                        {"no playlist", true, "g0.m3u8", ErrorCode::kNotFound},
                        {"no image", true, ".jpg", ErrorCode::kNotFound}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimTitle title;
    title.has_thumbnails = c.has_thumbnails;
    SimWorld world(1, title);
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(1s);
    world.fail_requests(c.broken, 404);
    for (uint64_t i = 0; i < 50; ++i) {
      world.forget_events();
      world.player->request_thumbnail(MediaTime{1'000'000}, i);
      REQUIRE(world.run_until_event<ThumbnailReady>(10s));
      REQUIRE(world.find<ThumbnailReady>()->error);
      CHECK(world.find<ThumbnailReady>()->error->code == c.code);
      CHECK(world.find<ThumbnailReady>()->user_tag == i);
    }
    CHECK(world.all<Warning>().empty());
    CHECK(count_requests(world, ".jpg") <= 1);
    CHECK(count_requests(world, "g0.m3u8") <= 1);
    CHECK(world.status()->state == PlayerState::kPlaying);
  }
}

TEST_CASE("sim: thumbnails while nothing is loaded, and after a stop") {
  SimWorld world(1);
  world.start_app();
  world.player->request_thumbnail(MediaTime{0}, 5);
  REQUIRE(world.run_until_event<ThumbnailReady>(1s));
  CHECK(world.find<ThumbnailReady>()->error->code == ErrorCode::kInvalidState);
}

}  // namespace
}  // namespace playhead::test
