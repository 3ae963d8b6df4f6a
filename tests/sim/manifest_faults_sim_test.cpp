// SPDX-License-Identifier: Apache-2.0
// Playlists that lead nowhere or lie, as whole plays: by their names in the fault catalogue.
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

constexpr const char* kHost = "http://odd.test/";
using Files = std::map<std::string, std::string>;

// Those playlists; everything that ends in .seg is a segment of 4 s of pictures, or of sound when
// it begins with an a; all else is missing.
void serve(SimWorld& world, Files files) {
  world.transport->serve(
      [files = std::move(files)](const WebRequest& request) -> std::optional<WebAnswer> {
        if (request.url.find("odd.test") == std::string::npos) return std::nullopt;
        const std::string name = request.url.substr(request.url.rfind('/') + 1);
        if (const auto found = files.find(name); found != files.end()) {
          return text_answer(found->second);
        }
        if (!name.ends_with(".seg")) return status_answer(404);
        SimSegmentSpec spec;
        spec.kind = name[0] == 'a' ? TrackKind::kAudio : TrackKind::kVideo;
        spec.samples = name[0] == 'a' ? 200 : 100;
        spec.start_us = std::stoll(name.substr(1)) * 4'000'000;
        return text_answer(make_sim_segment(spec));
      });
}

std::string playlist(const std::string& kind, const std::string& tags = "", int first = 0) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n" + tags +
                     "#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) + '\n';
  for (int i = first; i < first + 5; ++i) {
    text += "#EXTINF:4,\n" + kind + std::to_string(i) + ".seg\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

std::size_t requests(const SimWorld& world) { return world.transport->records().size(); }

TEST_CASE("M04 playlists and MPDs that refer to themselves cost three requests at most") {
  struct Case {
    const char* name;
    const char* start;
    Files files;
  };
  const Case cases[] = {{"a multivariant playlist",
                         "loop.m3u8",
                         {{"loop.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nloop.m3u8\n"}}},
                        {"two of them",
                         "a.m3u8",
                         {{"a.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n"},
                          {"b.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"}}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, c.files);
    world.start_app();
    world.load_url(std::string(kHost) + c.start);
    REQUIRE(world.run_until_event<Failed>(1min));
    CHECK(requests(world) <= 3);
    CHECK(!world.find<Failed>()->error.context.empty());
    world.run_for(1min);
    CHECK(requests(world) <= 3);
  }
}

TEST_CASE("M02 M21 a playlist that lacks the end of a whole title does not make it a live one") {
  const auto without_end = [](std::string text, const std::string& mark) {
    return text.substr(0, text.find(mark));
  };
  struct Case {
    const char* name;
    std::string whole, other;
  };
  const Case cases[] = {
      {"cut off on the way", playlist("v"), without_end(playlist("v"), "v2.seg")},
      {"of before it ended", playlist("v", "", 5), without_end(playlist("v", "", 3), "#EXT-X-END")},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, {{"main.m3u8",
                   "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=400000\nwhole.m3u8\n"
                   "#EXT-X-STREAM-INF:BANDWIDTH=7000000\nother.m3u8\n"},
                  {"whole.m3u8", c.whole},
                  {"other.m3u8", c.other}});
    world.start_app();
    world.load_url(std::string(kHost) + "main.m3u8");
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    const auto representations = world.status()->representations;
    REQUIRE(representations.size() == 2);
    // One after the other is wanted: the one without end is read while the other is there.
    for (const auto& representation : representations) {
      world.player->select_representation(representation.id);
      world.run_for(1s);
      world.player->seek(MediaTime{1'000'000});
      world.run_for(1s);
      CHECK(world.status()->duration == Duration{20s});
      CHECK_FALSE(world.status()->live);
    }
    world.run_for(30s);
    CHECK(world.status()->state == PlayerState::kEnded);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("M18 an init segment that is missing: another variant plays, else a typed error") {
  for (const bool has_other : {true, false}) {
    CAPTURE(has_other);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    Files files = {
        {"main.m3u8", std::string("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nbad.m3u8\n") +
                          (has_other ? "#EXT-X-STREAM-INF:BANDWIDTH=500000\ngood.m3u8\n" : "")},
        {"bad.m3u8", playlist("v", "#EXT-X-MAP:URI=\"missing.mp4\"\n")},
        {"good.m3u8", playlist("v")}};
    serve(world, files);
    world.start_app();
    world.load_url(std::string(kHost) + "main.m3u8");
    if (has_other) {
      REQUIRE(world.run_until_event<Ended>(3min));
      CHECK(world.screen->shown().size() == 5 * 100);
    } else {
      REQUIRE(world.run_until_event<Failed>(3min));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kNotFound);
      CHECK(world.screen->shown().empty());
    }
    CHECK(requests(world) <= 60);
  }
}

TEST_CASE("M19 a sound group that is not there, and codecs that are not what is said") {
  struct Case {
    const char* name;
    std::string variants;
    bool plays;
  };
  const std::string inf = "#EXT-X-STREAM-INF:BANDWIDTH=500000";
  const Case cases[] = {
      {"a group nobody describes", inf + ",CODECS=\"avc1.64001f\",AUDIO=\"nowhere\"\nv.m3u8\n",
       true},
      {"an undecodable variant beside a good one",
       inf + ",CODECS=\"unheard-of\"\nx.m3u8\n" + inf + ",CODECS=\"avc1.64001f\"\nv.m3u8\n", true},
      {"none that can be decoded", inf + ",CODECS=\"unheard-of\"\nv.m3u8\n", false},
      {"pictures that are called sound", inf + ",CODECS=\"mp4a.40.2\"\nv.m3u8\n", true}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, {{"main.m3u8", "#EXTM3U\n" + c.variants}, {"v.m3u8", playlist("v")}});
    world.start_app();
    world.load_url(std::string(kHost) + "main.m3u8");
    for (int i = 0; i < 6000 && world.find<Ended>() == nullptr; ++i) {
      if (world.run_until_event<Failed>(50ms)) break;
    }
    REQUIRE((world.find<Ended>() != nullptr || world.find<Failed>() != nullptr));
    CHECK((world.find<Failed>() == nullptr) == c.plays);
    if (!c.plays) {
      CHECK(world.find<Failed>()->error.code == ErrorCode::kNoPlayableTrack);
      CHECK(requests(world) <= 2);
    }
  }
}

}  // namespace
}  // namespace playhead::test
