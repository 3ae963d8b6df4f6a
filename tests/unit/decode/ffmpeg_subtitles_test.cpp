// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "text/ttml_parser.h"
#include "text/webvtt_parser.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

std::string shown(const text::TextDocument& document) {
  std::string out;
  for (const Cue& cue : document.cues) {
    out += std::to_string(cue.start.us / 1000) + "-" + std::to_string(cue.end.us / 1000) + " " +
           plain_text(cue) + ";";
  }
  return out;
}

}  // namespace

TEST_CASE("subtitles FFmpeg writes are read: WebVTT and TTML") {
  if (is_missing("subtitles.vtt") || is_missing("subtitles.ttml")) return;
  const std::string expected = "1000-2500 Hello there;3000-4000 Two\nlines & more;";
  const auto webvtt = text::parse_webvtt(media_sample("subtitles.vtt"));
  REQUIRE(webvtt);
  CHECK(shown(*webvtt) == expected);
  CHECK(webvtt->cues[0].spans.at(1).style.is_italic);
  const auto ttml = text::parse_ttml(media_sample("subtitles.ttml"));
  REQUIRE(ttml);
  CHECK(shown(*ttml) == expected);
  REQUIRE(ttml->cues[0].placement.region);
  CHECK(ttml->cues[0].placement.region->display_align == CueAnchor::kEnd);
  CHECK(ttml->cues[0].placement.text_align == CueTextAlign::kCenter);
  // 16 of 288 cells: 1/18 of the height.
  CHECK(ttml->cues[0].spans[0].style.font_size_percent == 83);
}

}  // namespace playhead::test
