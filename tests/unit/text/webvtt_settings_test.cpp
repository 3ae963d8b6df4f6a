// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_settings.h"

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::text;

namespace {

CuePlacement with_start_align(CuePlacement placement) {
  placement.text_align = CueTextAlign::kStart;
  placement.position_align = CueAnchor::kStart;
  return placement;
}

}  // namespace

TEST_CASE("webvtt settings: WebVTT 6.3") {
  struct Case {
    const char* text;
    CuePlacement placement;
    int refused = 0;
  };
  const Case cases[] = {
      {"", {}},
      {"line:0", {.line_number = 0}},
      {"line:-1", {.line_number = -1}},
      {"line:84.5%", {.line = 0.845}},
      {"line:50%,end", {.line = 0.5, .line_align = CueAnchor::kEnd}},
      {"line:0,center", {.line_number = 0, .line_align = CueAnchor::kCenter}},
      {"line:5 line:10%", {.line = 0.1}},
      {"position:25%", {.position = 0.25}},
      {"position:25%,line-right", {.position = 0.25, .position_align = CueAnchor::kEnd}},
      {"size:35%", {.size = 0.35}},
      {"vertical:rl", {.writing = CueWriting::kVerticalRightToLeft}},
      {"vertical:lr", {.writing = CueWriting::kVerticalLeftToRight}},
      {"align:start", with_start_align({})},
      {"align:right", {.text_align = CueTextAlign::kRight, .position_align = CueAnchor::kEnd}},
      {"align:middle", {}},
      {"align:left position:10%,center", {.text_align = CueTextAlign::kLeft, .position = 0.1}},
      {"\tsize:50%  align:center\t", {.size = 0.5}},
      // wrong ones leave what was
      {"line:", {}, 1},
      {"line:101%", {}, 1},
      {"line:50%,top", {}, 1},
      {"line:1.5x", {}, 1},
      {"line:99999999999999999999", {}, 1},
      {"position:50", {}, 1},
      {"position:-1%", {}, 1},
      {"position:10%,x", {}, 1},
      {"size:100.1%", {}, 1},
      {"vertical:up", {}, 1},
      {"align:justify", {}, 1},
      {"colour:red :x x", {}, 3},
      {"region:none", {}, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CuePlacement placement;
    CHECK(parse_cue_settings(c.text, {}, placement) == c.refused);
    CHECK(placement == c.placement);
  }
}

TEST_CASE("webvtt settings: regions, WebVTT 6.2 and 7.2") {
  const CueRegion region = parse_region_settings(
      "id:fred width:40% lines:5\nregionanchor:0%,100% viewportanchor:10%,90%\nscroll:up");
  CHECK(region.id == "fred");
  CHECK(region.x == doctest::Approx(0.1));
  CHECK(region.width == doctest::Approx(0.4));
  CHECK(region.height == doctest::Approx(0.3));
  CHECK(region.y == doctest::Approx(0.6));
  CHECK(region.scrolls_up);
  CHECK(region.display_align == CueAnchor::kEnd);

  const CueRegion plain = parse_region_settings("id:x lines:-1 width:oops viewportanchor:1");
  CHECK(plain.width == 1);
  CHECK(plain.height == doctest::Approx(0.18));
  CHECK(plain.y == doctest::Approx(0.82));

  const WebVttRegions regions{region, plain};
  CuePlacement placement;
  CHECK(parse_cue_settings("region:fred align:left", regions, placement) == 0);
  REQUIRE(placement.region);
  CHECK(placement.region->id == "fred");
  // A cue with a place of its own is in no region (6.3, last step).
  for (const char* text :
       {"region:fred line:0", "region:fred size:50%", "vertical:rl region:fred"}) {
    CAPTURE(text);
    CuePlacement own;
    CHECK(parse_cue_settings(text, regions, own) == 0);
    CHECK_FALSE(own.region);
  }
}
