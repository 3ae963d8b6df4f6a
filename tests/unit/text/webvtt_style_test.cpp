// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_style.h"

#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "text/webvtt_cue_text.h"

using namespace playhead;
using namespace playhead::text;

TEST_CASE("webvtt style: selectors, WebVTT 8.2.1") {
  struct Case {
    const char* name;
    const char* css;
    const char* text;
    bool is_red;
  };
  const Case cases[] = {
      {"the whole cue", "::cue { color: red }", "x", true},
      {"a tag", "::cue(b){color:red}", "<b>x", true},
      {"another tag", "::cue(b){color:red}", "<i>x", false},
      {"a class", "::cue(.loud){color:red;}", "<c.loud>x", true},
      {"a class on a tag", "::cue(v.loud){color:red}", "<v.loud Ann>x", true},
      {"both classes are wanted", "::cue(.a.b){color:red}", "<c.a>x", false},
      {"inherited", "::cue(b){color:red}", "<b><i>x", true},
      {"a voice", "::cue(v[voice=\"Ann\"]) {color:red}", "<v Ann>x", true},
      {"another voice", "::cue(v[voice='Ann']) {color:red}", "<v Bob>x", false},
      {"a language", "::cue([lang=\"en\"]){color:red}", "<lang en>x", true},
      {"the cue's id", "::cue(#one){color:red}", "x", true},
      {"another id", "::cue(#two){color:red}", "x", false},
      {"several selectors", "::cue(i), ::cue(b) {color:red}", "<b>x", true},
      {"comments", "/* a */ ::cue /* { */ { color: /* } */ red }", "x", true},
      {"the later of two", "::cue{color:blue} ::cue{color:red}", "x", true},
      {"the more specific of two", "::cue(.a){color:red} ::cue(c){color:blue}", "<c.a>x", true},
      {"important is read over", "::cue{color: red !important}", "x", true},
      {"a wrong value leaves the rest", "::cue{color:zz; color:red; width:1px}", "x", true},
      {"no combinators", "::cue(b i){color:red}", "<b><i>x", false},
      {"no pseudo-classes", "::cue(:past){color:red}", "x", false},
      {"other rules are none of ours", "body{color:red}", "x", false},
      {"never closed", "::cue{color:red", "x", true},
      {"nothing after the selector", "::cue", "x", false},
      {"brackets that do not close", "::cue(v[voice=\"A){color:red}", "<v A>x", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    WebVttStyleSheet sheet;
    sheet.add(c.css);
    const auto spans = parse_cue_text(c.text, "one", sheet);
    REQUIRE(spans.size() == 1);
    CHECK((spans[0].style.color == CueColor{255, 0, 0}) == c.is_red);
  }
}

TEST_CASE("webvtt style: properties") {
  struct Case {
    const char* property;
    const char* value;
    CueStyle style;
  };
  const Case cases[] = {
      {"color", "#00f", {.color = CueColor{0, 0, 255}}},
      {"background-color", "rgba(0,0,0,0)", {.background = CueColor{0, 0, 0, 0}}},
      {"background", "black", {.background = CueColor{0, 0, 0}}},
      {"font-weight", "bold", {.is_bold = true}},
      {"font-weight", "700", {.is_bold = true}},
      {"font-weight", "400", {}},
      {"font-style", "oblique", {.is_italic = true}},
      {"text-decoration",
       "underline line-through",
       {.is_underlined = true, .is_struck_through = true}},
      {"font-size", "150%", {.font_size_percent = 150}},
      {"font-size", "1.5em", {.font_size_percent = 150}},
      {"font-size", "99999%", {.font_size_percent = 1000}},
      {"font-family", "arial, monospace", {.font = CueFont::kMonospace}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.property);
    CAPTURE(c.value);
    StyleChange change;
    CueStyle style;
    CHECK(read_declaration(c.property, c.value, change));
    change.apply(style);
    CHECK(style == c.style);
  }
  StyleChange change;
  CHECK_FALSE(read_declaration("font-size", "12px", change));
  CHECK_FALSE(read_declaration("position", "absolute", change));
}

TEST_CASE("webvtt style: rules beyond the cap are refused") {
  std::string css;
  for (std::size_t i = 0; i < limits::kStyleRules + 5; ++i) css += "::cue(b){color:red}";
  WebVttStyleSheet sheet;
  CHECK(sheet.add(css) == 5);
}
