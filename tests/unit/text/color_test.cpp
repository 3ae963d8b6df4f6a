// SPDX-License-Identifier: Apache-2.0
#include "text/color.h"

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::text;

TEST_CASE("color: every form CSS and TTML write") {
  struct Case {
    const char* text;
    AlphaScale alpha;
    std::optional<CueColor> color;
  };
  constexpr AlphaScale kUnit = AlphaScale::kUnit, kByte = AlphaScale::kByte;
  const Case cases[] = {
      {"red", kUnit, CueColor{255, 0, 0}},
      {"LimeGreen", kUnit, CueColor{50, 205, 50}},
      {"aliceblue", kUnit, CueColor{240, 248, 255}},
      {"yellowgreen", kUnit, CueColor{154, 205, 50}},
      {"transparent", kUnit, CueColor{0, 0, 0, 0}},
      {"#0f8", kUnit, CueColor{0, 255, 136}},
      {"#0f80", kUnit, CueColor{0, 255, 136, 0}},
      {"#FFA500", kUnit, CueColor{255, 165, 0}},
      {" #FFA50080 ", kUnit, CueColor{255, 165, 0, 128}},
      {"rgb(1, 2,3)", kUnit, CueColor{1, 2, 3}},
      {"rgb(100%,0%,50%)", kUnit, CueColor{255, 0, 128}},
      {"rgba(0,0,0,0.5)", kUnit, CueColor{0, 0, 0, 128}},
      {"rgba(0,0,0,128)", kByte, CueColor{0, 0, 0, 128}},
      {"rgb(1 2 3 / 50%)", kUnit, CueColor{1, 2, 3, 128}},
      {"rgb(300,-5,0)", kUnit, CueColor{255, 0, 0}},
      {"", kUnit, {}},
      {"reddish", kUnit, {}},
      {"#12345", kUnit, {}},
      {"#12345g", kUnit, {}},
      {"rgb(1,2)", kUnit, {}},
      {"rgb(1,2,3,4,5)", kUnit, {}},
      {"rgb(1,2,3", kUnit, {}},
      {"hsl(1,2,3)", kUnit, {}},
      {"(", kUnit, {}},
      {"rgb(", kUnit, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_color(c.text, c.alpha) == c.color);
  }
}
