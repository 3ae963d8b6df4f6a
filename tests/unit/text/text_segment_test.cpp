// SPDX-License-Identifier: Apache-2.0
#include "text/text_segment.h"

#include <string>

#include <doctest/doctest.h>

#include "unit/text/real_files.h"

using namespace playhead;
using namespace playhead::text;

TEST_CASE("text segment: formats by their first bytes") {
  struct Case {
    const char* name;
    std::string bytes;
    TextFormat format;
  };
  const Case cases[] = {
      {"WebVTT", "WEBVTT\n", TextFormat::kWebVtt},
      {"WebVTT with a mark", "\xef\xbb\xbfWEBVTT", TextFormat::kWebVtt},
      {"XML", "<?xml version='1.0'?>", TextFormat::kTtml},
      {"XML after space", " \n<tt>", TextFormat::kTtml},
      {"UTF-16", "\xff\xfe<", TextFormat::kTtml},
      {"a fragment", std::string("\0\0\0\x10moof", 8), TextFormat::kMp4},
      {"an index first", std::string("\0\0\0\x10sidx", 8), TextFormat::kMp4},
      {"SubRip", "1\n00:00:01,000", TextFormat::kUnknown},
      {"nothing", "", TextFormat::kUnknown},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(sniff_text(as_bytes(c.bytes)) == c.format);
  }
  CHECK(read_text_segment({}, as_bytes("x"), {}).error().code == ErrorCode::kContainerUnsupported);
}

TEST_CASE("text segment: placed as its manifest means it") {
  const std::string vtt =
      "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n"
      "00:01.000 --> 00:02.000\nx";
  const std::string ttml = "<tt><body><div><p begin='1s' end='2s'>x</p></div></body></tt>";
  constexpr int64_t kSecond = 1'000'000;
  struct Case {
    const char* name;
    std::string bytes;
    TextPlace place;
    int64_t start_s;  // -1: nothing shown
  };
  TextPlace hls;
  hls.is_hls = true;
  hls.container_offset = Duration{-4 * kSecond};
  hls.segment_end = {10 * kSecond};
  TextPlace dash;
  dash.container_offset = Duration{99 * kSecond};
  dash.period_start = {30 * kSecond};
  dash.period_end = MediaTime{60 * kSecond};
  TextPlace short_period = dash;
  short_period.period_end = MediaTime{31 * kSecond};
  const Case cases[] = {
      {"HLS WebVTT by its map", vtt, hls, 7},
      {"DASH WebVTT from the Period's start, the map is HLS's", vtt, dash, 31},
      {"DASH TTML from the Period's start", ttml, dash, 31},
      {"beyond the Period", ttml, short_period, -1},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto document = read_text_segment({}, as_bytes(c.bytes), c.place);
    REQUIRE(document);
    CHECK((document->cues.empty() ? -1 : document->cues[0].start.us / kSecond) == c.start_s);
  }
  const std::string folder = "media3/dash/webvtt-in-mp4-multiple-segments/";
  const auto init = test::shared_media(folder + "text_init.mp4");
  if (init.empty()) {
    MESSAGE("skipped: ../shared/media is not there");
    return;
  }
  TextPlace mp4 = dash;
  mp4.container_offset = Duration{30 * kSecond};
  const auto document = read_text_segment(init, test::shared_media(folder + "text1.m4s"), mp4);
  REQUIRE(document);
  REQUIRE(document->cues.size() == 1);
  CHECK(document->cues[0].start.us == 30'020'000);
}
