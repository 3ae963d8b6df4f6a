// SPDX-License-Identifier: Apache-2.0
// Events inside segments that other packagers and the ffmpeg CLI made: emsg boxes and ID3 tags.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "corpus/media_play.h"
#include "support/temp_folder.h"

namespace playhead::test {
namespace {

const std::string kFolder = std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/";

bool is_missing(const std::string& folder, const std::string& file) {
  if (std::filesystem::exists(folder + file)) return false;
  MESSAGE("skipped: not there: " << file);
  return true;
}

struct Expected {
  const char* scheme;
  const char* value;
  int64_t start_us;  // within a picture's duration
  const char* text;  // in the message
};

void check_events(const MediaPlay::Outcome& outcome, const std::vector<Expected>& expected) {
  REQUIRE(outcome.events.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const TimedEvent& event = outcome.events[i];
    CAPTURE(i);
    CHECK(event.scheme == expected[i].scheme);
    CHECK(event.value == expected[i].value);
    CHECK(as_text(event.message.view()).find(expected[i].text) != std::string_view::npos);
    REQUIRE(event.start.has_value());
    CHECK(event.start->us >= expected[i].start_us - 50'000);
    CHECK(event.start->us <= expected[i].start_us + 50'000);
  }
}

TEST_CASE("media events: emsg boxes of version 0 count from their segment") {
  const std::string folder = kFolder + "media3/dash/multi-segment-with-emsg0/";
  if (is_missing(folder, "segment_1.m4s")) return;
  MediaPlay play(folder, {"segment_init.mp4", "segment_1.m4s", "segment_2.m4s"}, 1s);
  check_events(play.run(), {{"urn:example:event", "1", 0, "v0_fragment_mark"},
                            {"urn:example:event", "1", 500'000, "v0_fragment_mark"}});
}

TEST_CASE("media events: of DASH those the MPD announces") {
  const std::string folder = kFolder + "media3/dash/multi-segment-with-emsg0/";
  if (is_missing(folder, "segment_1.m4s")) return;
  struct Case {
    const char* name;
    std::string announced;
    std::size_t events;
  };
  const Case cases[] = {
      {"nothing", "", 0},
      {"scheme and value", R"(<InbandEventStream schemeIdUri="urn:example:event" value="1"/>)", 2},
      {"another value", R"(<InbandEventStream schemeIdUri="urn:example:event" value="2"/>)", 0},
      {"another scheme", R"(<InbandEventStream schemeIdUri="urn:example" value="1"/>)", 0}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string mpd = R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
      mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"
      codecs="avc1.64001f">)" +
                            c.announced + R"(<SegmentTemplate timescale="1000" duration="500"
      media="segment_$Number$.m4s" initialization="segment_init.mp4"/>
      <Representation id="1" bandwidth="100000"/></AdaptationSet></Period></MPD>)";
    const auto outcome = MediaPlay(folder, {}, 1s, mpd).run();
    CHECK(outcome.pictures > 0);
    CHECK(outcome.events.size() == c.events);
  }
}

TEST_CASE("media events: emsg boxes of version 1 count on the track") {
  const std::string folder = kFolder + "media3/dash/multi-segment-with-emsg1/";
  if (is_missing(folder, "video.mp4")) return;
  MediaPlay play(folder, {"video.mp4"}, 1s);
  check_events(play.run(),
               {{"urn:test", "1", 0, "Frag1_Data"}, {"urn:test", "2", 500'000, "Frag2_Data"}});
}

TEST_CASE("media events: ID3 tags of MPEG-TS") {
  const std::string folder = kFolder + "shaka-player/";
  if (is_missing(folder, "id3-metadata.ts")) return;
  MediaPlay play(folder, {"id3-metadata.ts"}, 5s);
  const auto outcome = play.run();
  REQUIRE(outcome.events.size() == 2);
  for (const TimedEvent& event : outcome.events) {
    CHECK(event.scheme == "https://aomedia.org/emsg/ID3");
    CHECK(event.start.has_value());
    CHECK(event.attributes.count("TIT2") == 1);
  }
  CHECK(outcome.events[0].attributes.at("TIT2").starts_with("Sam sobie jade"));
  // 122,880 ticks of 90 kHz later, by FFmpeg's account.
  CHECK(*outcome.events[1].start - *outcome.events[0].start == Duration{1'365'333});
  CHECK(outcome.events[0].id != outcome.events[1].id);
}

// ID3v2.4 §3.1 and §4: a tag of one frame after the other.
std::string id3_tag(const std::vector<std::pair<std::string, std::string>>& frames) {
  const auto size = [](std::size_t bytes) {
    std::string out;
    for (int shift = 21; shift >= 0; shift -= 7) out += static_cast<char>(bytes >> shift & 0x7f);
    return out;
  };
  std::string body;
  for (const auto& [id, content] : frames) {
    body += id + size(content.size()) + std::string(2, '\0') + content;
  }
  return std::string("ID3\x04\0\0", 6) + size(body.size()) + body;
}

TEST_CASE("media events: an ID3 tag in front of packed audio, beside its time") {
  const std::string source = std::string(PLAYHEAD_MEDIA_SAMPLES_DIR) + "/audio.aac";
  if (is_missing(source, "")) return;
  std::ifstream in(source, std::ios::binary);
  const std::string sound{std::istreambuf_iterator<char>(in), {}};
  const std::string owner = "com.apple.streaming.transportStreamTimestamp";
  const std::string at_one_second = owner + std::string(6, '\0') + "\x01\x5f\x90";  // 90,000
  const TempFolder folder;
  std::ofstream(folder.path("titled.aac"), std::ios::binary) << id3_tag({{"PRIV", at_one_second},
                                                                         {"TIT2",
                                                                          "\x03"
                                                                          "A song"}})
                                                             << sound;
  std::ofstream(folder.path("plain.aac"), std::ios::binary)
      << id3_tag({{"PRIV", at_one_second}}) << sound;
  const auto titled = MediaPlay(folder.path(""), {"titled.aac"}, 4s).run();
  REQUIRE(titled.events.size() == 1);
  CHECK(titled.events[0].attributes.at("TIT2") == "A song");
  CHECK(titled.events[0].start == MediaTime{0});
  // What only says where the sound begins is no event.
  CHECK(MediaPlay(folder.path(""), {"plain.aac"}, 4s).run().events.empty());
}

}  // namespace
}  // namespace playhead::test
