// SPDX-License-Identifier: Apache-2.0
// Subtitles and events of the title: told at the right position, and never in the way.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {
namespace {

std::string text_of(const CuesChanged& changed) {
  std::string text;
  for (const auto& cue : changed.cues) text += (text.empty() ? "" : "|") + plain_text(*cue);
  return text;
}

// What was on screen from when on, in seconds: "8.0 en 8".
std::vector<std::pair<double, std::string>> screens(const SimWorld& world) {
  std::vector<std::pair<double, std::string>> found;
  for (const Event& event : world.events) {
    const auto* changed = std::get_if<CuesChanged>(&event.payload);
    if (changed) found.emplace_back(to_seconds(event.position), text_of(*changed));
  }
  return found;
}

std::string on_screen(const SimWorld& world) {
  const auto all = screens(world);
  return all.empty() ? "" : all.back().second;
}

// The cues of SimTitle::subtitles come and go when they should, from `from` on for `count` of them.
void check_cues(const SimWorld& world, const std::string& words, int from, std::size_t count) {
  const auto shown = screens(world);
  REQUIRE(shown.size() >= 2 * count);
  for (std::size_t i = 0; i < 2 * count; ++i) {
    CAPTURE(i);
    const int start = from + 4 * static_cast<int>(i / 2);
    CHECK(shown[i].second == (i % 2 == 0 ? words + " " + std::to_string(start) : ""));
    const double expected = start + (i % 2 == 0 ? 0 : 2);
    CHECK(shown[i].first >= expected - 0.001);
    CHECK(shown[i].first <= expected + 0.05);
  }
}

SimTitle title_with_text() {
  SimTitle title;
  title.subtitles = {"en", "fr"};
  title.forced_subtitles = {"en", "de"};
  return title;
}

PlayerConfig speaks(const std::string& language) {
  PlayerConfig config;
  config.text_language = language;
  return config;
}

const TrackInfo* selected_text(const PlayerStatus& status) {
  const auto found = std::find_if(status.tracks.begin(), status.tracks.end(), [](const auto& t) {
    return t.kind == TrackKind::kText && t.is_selected;
  });
  return found == status.tracks.end() ? nullptr : &*found;
}

std::string id_of_text(const PlayerStatus& status, const std::string& language, bool is_forced) {
  for (const TrackInfo& track : status.tracks) {
    const bool is_it = track.kind == TrackKind::kText && track.language == language;
    if (is_it && track.is_forced == is_forced) return track.id;
  }
  return {};
}

std::size_t text_warnings(const SimWorld& world) {
  std::size_t count = 0;
  for (const Warning& warning : world.all<Warning>()) {
    if (warning.error.context.rfind("subtitles", 0) == 0) ++count;
  }
  return count;
}

TEST_CASE("sim: HLS subtitles come and go with their times, whatever the container begins with") {
  for (const int64_t container_start_us :
       {int64_t{0}, int64_t{1'400'000}, int64_t{95'443'000'000}}) {
    CAPTURE(container_start_us);
    SimTitle title = title_with_text();
    title.container_start_us = container_start_us;
    SimWorld world(1, title);
    world.start_app(speaks("fr"));
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(40s);
    world.forget_events();
    world.player->seek(MediaTime{7'500'000});
    REQUIRE(world.run_until_event<SeekDone>(5s));
    world.run_for(30s);
    // Where the seek came from a cue may have been on screen.
    std::erase_if(world.events, [](const Event& event) {
      return std::holds_alternative<CuesChanged>(event.payload) && event.position.us < 7'600'000;
    });
    check_cues(world, "fr", 8, 6);
    const TrackInfo* selected = selected_text(*world.status());
    REQUIRE(selected);
    CHECK(selected->language == "fr");
    CHECK_FALSE(selected->is_forced);
    CHECK(world.status()->qoe.rebuffer_count == 0);
  }
}

TEST_CASE("sim: subtitles can be turned off, on and changed while playing") {
  SimWorld world(1, title_with_text());
  world.start_app(speaks("en"));
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(20s);
  check_cues(world, "en", 0, 4);

  world.player->select_text(id_of_text(*world.status(), "fr", false));
  world.run_for(8s);
  CHECK(on_screen(world).rfind("en", 0) != 0);
  world.forget_events();
  world.run_for(8s);
  for (const auto& [at, text] : screens(world)) CHECK((text.empty() || text.rfind("fr ", 0) == 0));
  CHECK(screens(world).size() >= 3);

  // Off is forced text in the language of the sound.
  world.player->select_text("");
  world.run_for(8s);
  world.forget_events();
  world.run_for(8s);
  for (const auto& [at, text] : screens(world)) {
    CHECK((text.empty() || text.rfind("forced en ", 0) == 0));
  }
  CHECK(screens(world).size() >= 3);
  REQUIRE(selected_text(*world.status()));
  CHECK(selected_text(*world.status())->is_forced);

  world.player->select_text("no such track");
  world.run_for(1s);
  REQUIRE(world.find<Warning>());
  CHECK(world.find<Warning>()->error.code == ErrorCode::kInvalidArgument);
}

TEST_CASE("sim: which subtitles are shown without being asked for") {
  struct Case {
    const char* name;
    PlayerConfig config;
    const char* words;  // "": none
  };
  PlayerConfig off = speaks("en");
  off.text_off = true;
  PlayerConfig german;
  german.audio_language = "de";
  const Case cases[] = {{"nothing said: forced ones of the sound", {}, "forced en"},
                        {"German sound", german, "forced de"},
                        {"a language there is", speaks("fr"), "fr"},
                        {"a region of it", speaks("fr-CA"), "fr"},
                        {"a language there is not", speaks("sv"), "forced en"},
                        {"off", off, ""}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimWorld world(1, title_with_text());
    world.start_app(c.config);
    world.load_title();
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(10s);
    const std::string words(c.words);
    if (words.empty()) {
      CHECK(screens(world).empty());
      CHECK(selected_text(*world.status()) == nullptr);
      const auto requests = world.media_requests();
      CHECK(std::none_of(requests.begin(), requests.end(), [](const std::string& url) {
        return url.find("/t-") != std::string::npos || url.find("/f-") != std::string::npos;
      }));
    } else {
      check_cues(world, words, 0, 2);
    }
  }
}

TEST_CASE("sim: DASH subtitles follow from Period to Period, and end with theirs") {
  SimDash dash;
  dash.periods.assign(3, SimPeriod());
  for (SimPeriod& period : dash.periods) period.subtitles = {"en", "de"};
  dash.periods[1].subtitles = {};
  SimWorld world;
  world.start_app(speaks("de"));
  world.load_dash(dash);
  REQUIRE(world.run_until_event<Ended>(2min));
  const std::vector<std::pair<double, std::string>> expected{
      {2, "p0 de"},  {4, ""},  {10, "p0 de end"}, {20, ""},
      {42, "p2 de"}, {44, ""}, {50, "p2 de end"}, {60, ""}};
  const auto shown = screens(world);
  CAPTURE(world.log());
  REQUIRE(shown.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(shown[i].second == expected[i].second);
    CHECK(shown[i].first == doctest::Approx(expected[i].first).epsilon(0.01));
  }
}

TEST_CASE("A16 subtitles that cannot be had or read leave sound and pictures untouched") {
  struct Case {
    const char* name;
    const char* url;
    int status;  // 0: an answer of that body
    std::string body;
  };
  const Case cases[] = {
      {"the playlist is not there", "t-en.m3u8", 404, ""},
      {"the playlist is none", "t-en.m3u8", 0, "<html>"},
      {"the playlist never ends", "t-en.m3u8", 0,
       "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nt-en-0.seg\n"},
      {"no segment is there", "t-en-", 404, ""},
      {"segments are rubbish", "t-en-", 0, std::string(1000, '\x80')},
      {"50 MB of nothing", "t-en-", 0, std::string(50'000'000, 'x')},
      {"50 MB that begin well", "t-en-", 0, "WEBVTT\n\n" + std::string(50'000'000, '\n')}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    SimTitle title = title_with_text();
    title.segments = 10;
    if (c.status == 0) title.spoilt.emplace_back(c.url, c.body);
    SimWorld world(1, title, SimLink::constant(40'000'000));
    world.start_app(speaks("en"));
    if (c.status != 0) world.fail_requests(c.url, c.status);
    world.load_title();
    REQUIRE(world.run_until_event<Ended>(2min));
    const QoeSummary& qoe = world.status()->qoe;
    CHECK(qoe.rebuffer_count == 0);
    CHECK(qoe.shown_frames > 900);
    CHECK(qoe.startup.value_or(1h) < 3s);
    CHECK(screens(world).size() <= 2);
    // A refresh that fails is told of each time, but fails ever less often.
    CHECK(text_warnings(world) <= 20);
    CHECK(world.find<Failed>() == nullptr);
  }
}

TEST_CASE("sim: what a title says happens at a time is told when playback passes it") {
  SimTitle title;
  title.date_ranges = {
      "#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.example\",START-DATE=\"2026-01-01T00:00:06Z\","
      "DURATION=4,X-BEACON=\"https://ads.test/b\"",
      "#EXT-X-DATERANGE:ID=\"late\",START-DATE=\"2026-01-01T00:01:00Z\""};
  SimWorld world(1, title);
  world.start_app();
  world.load_title();
  REQUIRE(world.run_until_event<FirstFrame>(10s));
  world.run_for(30s);
  auto told = world.all<TimedMetadata>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].event.id == "ad");
  CHECK(told[0].event.value == "com.example");
  CHECK(told[0].event.start == MediaTime{6'000'000});
  CHECK(told[0].event.attributes.at("X-BEACON") == "https://ads.test/b");

  SUBCASE("again after a seek before it, and within it, but not behind it") {
    for (const auto& c : {std::pair{2, 1}, {8, 1}, {12, 0}}) {
      CAPTURE(c.first);
      world.forget_events();
      world.player->seek(MediaTime{c.first * 1'000'000});
      REQUIRE(world.run_until_event<SeekDone>(5s));
      world.run_for(10s);
      CHECK(world.all<TimedMetadata>().size() == static_cast<std::size_t>(c.second));
    }
  }
}

TEST_CASE("sim: DASH events are told at their time in every Period") {
  SimDash dash;
  dash.periods.assign(2, SimPeriod());
  dash.periods[1].events =
      "<EventStream schemeIdUri=\"urn:test\" value=\"v\" timescale=\"1000\">"
      "<Event presentationTime=\"5000\" duration=\"1000\" id=\"7\">hello</Event></EventStream>";
  SimWorld world;
  world.start_app();
  world.load_dash(dash);
  REQUIRE(world.run_until_event<TimedMetadata>(2min));
  const TimedMetadata* told = world.find<TimedMetadata>();
  CHECK(told->event.scheme == "urn:test");
  CHECK(told->event.id == "7");
  CHECK(as_text(told->event.message.view()) == "hello");
  CHECK(world.position_s() == doctest::Approx(25).epsilon(0.01));
}

// DASH: 40 s of pictures and English sound, and English TTML of which one cue is forced.
void serve_ttml(SimWorld& world) {
  world.transport->serve([](const WebRequest& request) -> std::optional<WebAnswer> {
    if (request.url.find("odd.test") == std::string::npos) return std::nullopt;
    const std::string name = request.url.substr(request.url.rfind('/') + 1);
    if (name == "title.mpd") {
      const auto set = [](const std::string& mime, const std::string& id, const std::string& rest) {
        return "<AdaptationSet mimeType='" + mime + "' lang='en'><Representation id='" + id +
               "' bandwidth='100000' " + rest + "</Representation></AdaptationSet>";
      };
      const auto numbered = [](const std::string& kind) {
        return "><SegmentTemplate media='" + kind + "$Number$.seg' duration='4' startNumber='0'/>";
      };
      return text_answer(
          "<MPD mediaPresentationDuration='PT40S'><Period>" + set("video/mp4", "v", numbered("v")) +
          set("audio/mp4", "a", numbered("a")) +
          set("application/ttml+xml", "t", "codecs='stpp'><BaseURL>all.ttml</BaseURL>") +
          "</Period></MPD>");
    }
    if (name == "all.ttml") {
      return text_answer(
          "<tt xmlns='http://www.w3.org/ns/ttml' xml:lang='en' "
          "xmlns:itts='http://www.w3.org/ns/ttml/profile/imsc1#styling'><body><div>"
          "<p begin='4s' end='6s'>talk</p>"
          "<p begin='8s' end='10s' itts:forcedDisplay='true'>a sign</p>"
          "</div></body></tt>");
    }
    SimSegmentSpec spec;
    spec.kind = name[0] == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    spec.samples = name[0] == 'v' ? 100 : 200;
    spec.start_us = std::stoll(name.substr(1)) * 4'000'000;
    return text_answer(make_sim_segment(spec));
  });
}

TEST_CASE("sim: forced cues of text that nobody chose are shown, the others when it is chosen") {
  struct Case {
    const char* name;
    bool text_off, is_chosen;
    const char* at_5s;
    const char* at_9s;
  };
  const Case cases[] = {{"none chosen", false, false, "", "a sign"},
                        {"chosen while it plays", false, true, "talk", "a sign"},
                        {"no text at all", true, false, "", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SimWorld world(1, {}, SimLink::constant(8'000'000));
    serve_ttml(world);
    PlayerConfig config;
    config.text_off = c.text_off;
    world.start_app(config);
    world.load_url("http://odd.test/title.mpd");
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(2s);
    CHECK(selected_text(*world.status()) == nullptr);
    if (c.is_chosen) world.player->select_text(id_of_text(*world.status(), "en", false));
    world.run_for(3s);
    CHECK(on_screen(world) == c.at_5s);
    CHECK((selected_text(*world.status()) != nullptr) == c.is_chosen);
    world.run_for(4s);
    CHECK(on_screen(world) == c.at_9s);
    world.run_for(2s);
    CHECK(on_screen(world).empty());
    CHECK(text_warnings(world) == 0);
  }
}

}  // namespace
}  // namespace playhead::test
