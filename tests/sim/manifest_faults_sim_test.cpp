// SPDX-License-Identifier: Apache-2.0
// Playlists that lead nowhere or lie, as whole plays: by their names in the fault catalogue.
#include <algorithm>
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
                          {"b.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"}}},
                        {"an MPD that is a part of itself",
                         "loop.mpd",
                         {{"loop.mpd", "<MPD><Period xlink:href='loop.mpd'/></MPD>"}}},
                        {"two Periods that are each other",
                         "two.mpd",
                         {{"two.mpd", "<MPD><Period xlink:href='a.xml'/></MPD>"},
                          {"a.xml", "<Period xlink:href='b.xml'/>"},
                          {"b.xml", "<Period xlink:href='a.xml'/>"}}},
                        {"a Period that is itself, many times over",
                         "many.mpd",
                         {{"many.mpd", "<MPD><Period xlink:href='a.xml'/></MPD>"},
                          {"a.xml", "<Period xlink:href='a.xml'/><Period xlink:href='a.xml'/>"}}}};
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

TEST_CASE("M04 an MPD whose Location leads round in a circle is asked for as often as it says") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  const auto mpd = [](const std::string& next) {
    return "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z' "
           "minimumUpdatePeriod='PT4S' timeShiftBufferDepth='PT20S'><Location>" +
           next +
           "</Location><Period start='PT0S'><AdaptationSet contentType='video' "
           "mimeType='video/mp4'><SegmentTemplate media='v$Number$.seg' duration='4' "
           "startNumber='0'/><Representation id='v' bandwidth='400000' codecs='avc1.64001f'/>"
           "</AdaptationSet></Period></MPD>";
  };
  serve(world, {{"a.mpd", mpd("b.mpd")}, {"b.mpd", mpd("a.mpd")}});
  world.start_app();
  world.load_url(std::string(kHost) + "a.mpd");
  world.run_for(60s);
  CHECK(world.find<Failed>() == nullptr);
  CHECK(world.status()->state == PlayerState::kPlaying);
  const auto& records = world.transport->records();
  const auto asked = std::count_if(records.begin(), records.end(), [](const SimRecord& record) {
    return record.url.ends_with(".mpd");
  });
  CHECK(asked >= 10);
  CHECK(asked <= 17);
}

TEST_CASE("M05 of a thousand Variants the playlists of those that are played are asked for") {
  SimWorld world(1, {}, SimLink::constant(8'000'000));
  std::string main = "#EXTM3U\n";
  Files files;
  for (int i = 1; i <= 1000; ++i) {
    const std::string name = "v" + std::to_string(i) + ".m3u8";
    main += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(i * 10'000) + "\n" + name + "\n";
    files.emplace(name, playlist("v"));
  }
  files.emplace("main.m3u8", main);
  serve(world, std::move(files));
  world.start_app();
  world.load_url(std::string(kHost) + "main.m3u8");
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  CHECK(requests(world) <= 4);
  world.run_for(4s);
  CHECK(world.status()->state == PlayerState::kPlaying);
  CHECK(requests(world) <= 16);
}

TEST_CASE("M07 a manifest without an end is not read on beyond 32 MiB") {
  for (const char* begin : {"#EXTM3U\n#EXTINF:4,\n", "<MPD><Period/>"}) {
    CAPTURE(std::string(begin));
    SimWorld world(1, {}, SimLink::constant(100'000'000));
    WebAnswer endless = text_answer(begin);
    endless.filler_bytes = int64_t{4} << 30;
    endless.framing = WebAnswer::Framing::kChunked;
    world.transport->serve(std::string(kHost) + "endless", endless);
    world.start_app();
    world.load_url(std::string(kHost) + "endless");
    REQUIRE(world.run_until_event<Failed>(1min));
    CHECK(world.find<Failed>()->error.code == ErrorCode::kTooLarge);
    CHECK(world.transport->bytes_delivered() <= (int64_t{33} << 20));
    CHECK(requests(world) == 1);
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

TEST_CASE("M11 a list whose durations are nonsense comes to an end, and asks for nothing twice") {
  for (const char* duration : {"0", "0.000001", "-5", "99999999999", "1e308"}) {
    CAPTURE(std::string(duration));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    std::string list = playlist("v");
    for (std::size_t at = 0; (at = list.find("EXTINF:4", at)) != std::string::npos;) {
      list.replace(at += 7, 1, duration);
    }
    serve(world, {{"list.m3u8", list}});
    world.start_app();
    const uint64_t before = world.executor.steps();
    world.load_url(std::string(kHost) + "list.m3u8");
    const bool is_over = world.executor.run_until_true(
        [&] {
          const PlayerState state = world.status()->state;
          return state == PlayerState::kEnded || state == PlayerState::kFailed;
        },
        2min);
    CHECK(is_over);
    CHECK(requests(world) <= 20);
    CHECK(world.executor.steps() - before < 100'000);
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

TEST_CASE("M18 an init segment that changes in the middle of a list, to one that may be missing") {
  struct Case {
    const char* name;
    bool is_there, has_other;
  };
  const Case cases[] = {{"it is there", true, false},
                        {"it is missing, another variant has its own", false, true},
                        {"it is missing", false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    std::string changed = playlist("v", "#EXT-X-MAP:URI=\"one.mp4\"\n");
    changed.insert(changed.find("#EXTINF:4,\nv2"), "#EXT-X-MAP:URI=\"two.mp4\"\n");
    Files files = {
        {"main.m3u8", std::string("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nchanged.m3u8\n") +
                          (c.has_other ? "#EXT-X-STREAM-INF:BANDWIDTH=500000\nwell.m3u8\n" : "")},
        {"changed.m3u8", changed},
        {"well.m3u8", playlist("v", "#EXT-X-MAP:URI=\"well.mp4\"\n")},
        {"one.mp4", make_sim_init("one")},
        {"well.mp4", make_sim_init("well")}};
    if (c.is_there) files.emplace("two.mp4", make_sim_init("two"));
    serve(world, std::move(files));
    world.start_app();
    world.load_url(std::string(kHost) + "main.m3u8");
    const auto asked = [&world](const char* name) {
      const auto& records = world.transport->records();
      return std::count_if(records.begin(), records.end(),
                           [name](const SimRecord& record) { return record.url.ends_with(name); });
    };
    const auto& shown = world.screen->shown();
    if (c.is_there || c.has_other) {
      REQUIRE(world.run_until_event<Ended>(3min));
      CHECK(world.find<Failed>() == nullptr);
      CHECK(shown.size() == 5 * 100);
      for (std::size_t i = 1; i < shown.size(); ++i) {
        REQUIRE(shown[i].time - shown[i - 1].time == Duration{40'000});
      }
      CHECK(asked("/one.mp4") <= 1);
      if (c.is_there) CHECK(asked("/two.mp4") == 1);
    } else {
      REQUIRE(world.run_until_event<Failed>(3min));
      CHECK(world.find<Failed>()->error.code == ErrorCode::kNotFound);
      CHECK(shown.size() == 2 * 100);  // what has the first one
    }
    CHECK(requests(world) <= 60);
  }
}

TEST_CASE("M18 an init segment that comes damaged is fetched again, from another host where there is one") {
  struct Case {
    const char* name;
    std::string multivariant;
    std::string damaged;  // what such an init segment is
    int times;            // answered with that by the first host
    std::size_t least;    // pictures
  };
  const std::string inf = "#EXT-X-STREAM-INF:BANDWIDTH=500000\n";
  const std::string one = "#EXTM3U\n" + inf + "http://a.odd.test/v.m3u8\n";
  const Case cases[] = {
      {"once, on its way", one, make_damaged_sim_init(), 1, 500},
      {"by the first of two hosts, always", one + inf + "http://b.odd.test/v.m3u8\n",
       make_damaged_sim_init(), 1000, 500},
      {"so that it can be read, but not decoded", one, make_sim_init("damaged"), 1, 400}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve(world, {{"main.m3u8", c.multivariant},
                  {"v.m3u8", playlist("v", "#EXT-X-MAP:URI=\"init.mp4\"\n")},
                  {"init.mp4", make_sim_init("well")}});
    int answers = 0;
    world.transport->meddle([&](const SimRecord& record, const WebRequest&, WebAnswer& answer) {
      const bool is_theirs = record.url == "http://a.odd.test/init.mp4";
      if (is_theirs && ++answers <= c.times) answer = text_answer(c.damaged);
    });
    world.codecs.bad_video_sample = 1;
    world.codecs.bad_config = "damaged-";
    world.codecs.severity = Severity::kFatal;
    world.start_app();
    world.load_url(std::string(kHost) + "main.m3u8");
    REQUIRE(world.run_until_event<Ended>(3min));
    CHECK(world.find<Failed>() == nullptr);
    CHECK(world.screen->shown().size() >= c.least);
    CHECK(answers <= 2);
    CHECK(requests(world) <= 20);
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
