// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_cue_text.h"

#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"

using namespace playhead;
using namespace playhead::text;

namespace {

// "[b,i,voice=Ann]text" for each span.
std::string shown(std::string_view text) {
  std::string out;
  for (const CueSpan& span : parse_cue_text(text, "", {})) {
    std::string marks;
    const auto mark = [&marks](const std::string& word) {
      if (!marks.empty()) marks += ',';
      marks += word;
    };
    if (span.style.is_bold) mark("b");
    if (span.style.is_italic) mark("i");
    if (span.style.is_underlined) mark("u");
    if (span.ruby == CueRuby::kBase) mark("base");
    if (span.ruby == CueRuby::kText) mark("rt");
    for (const std::string& name : span.classes) mark("." + name);
    if (!span.voice.empty()) mark("v=" + span.voice);
    if (!span.language.empty()) mark("lang=" + span.language);
    if (span.active_from) mark("@" + std::to_string(span.active_from->us / 1000));
    out += marks.empty() ? span.text : "[" + marks + "]" + span.text;
  }
  return out;
}

}  // namespace

TEST_CASE("webvtt cue text: tags, WebVTT 4.2.2 and 6.4") {
  struct Case {
    const char* name;
    std::string text, shown;
  };
  const Case cases[] = {
      {"plain, two lines", "one\ntwo", "one\ntwo"},
      {"bold", "a <b>b</b> c", "a [b]b c"},
      {"nested", "<b>x<i>y</i></b>", "[b]x[b,i]y"},
      {"wrong order: an end tag counts only for the innermost", "<b><i>x</b>y</i>z", "[b,i]xy[b]z"},
      {"never closed", "<u>x", "[u]x"},
      {"unknown tags leave their text", "<font color=red>x</font><br>y", "xy"},
      {"classes", "<c.yellow.big>x</c>", "[.yellow,.big]x"},
      {"classes on any tag", "<b.a>x</b>", "[b,.a]x"},
      {"voice with a name of two words", "<v  Fred   Smith >Hi", "[v=Fred Smith]Hi"},
      {"voice with a class and a reference", "<v.loud A &amp; B>Hi", "[.loud,v=A & B]Hi"},
      {"language", "<lang en-GB>colour</lang> x", "[lang=en-GB]colour x"},
      {"ruby", "<ruby>kan<rt>ji</rt></ruby>x", "[base]kan[rt]jix"},
      {"ruby: rt may stay open", "<ruby>a<rt>b</ruby>c", "[base]a[rt]bc"},
      {"rt outside ruby is nothing", "<rt>x</rt>", "x"},
      {"timestamps", "a <00:00:01.000>b <00:02.500>c", "a [@1000]b [@2500]c"},
      {"timestamps that are none", "a<0:1>b", "ab"},
      {"references", "&lt;&gt;&amp;&nbsp;&lrm;&#65;&#x42;",
       "<>&\xc2\xa0\xe2\x80\x8e"
       "AB"},
      {"references that are none", "&foo; & &;&#;&#xZ;", "&foo; & &;&#;&#xZ;"},
      {"reference of nothing", "&#0;&#x110000;&#xd800;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"a '<' at the end", "a<", "a"},
      {"a tag at the end", "a<b", "a"},
      {"empty tags", "a<>b</>c", "abc"},
      {"tag with a line break", "<v\nAnn>x", "[v=Ann]x"},
      {"empty", "", ""},
      {"only tags", "<b></b>", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shown(c.text) == c.shown);
  }
}

TEST_CASE("webvtt cue text: classes of colours, WebVTT 5") {
  const auto spans = parse_cue_text("<c.yellow.bg_blue>x</c><c.lime>y<c.red>z", "", {});
  REQUIRE(spans.size() == 3);
  CHECK(spans[0].style.color == CueColor{255, 255, 0});
  CHECK(spans[0].style.background == CueColor{0, 0, 255});
  CHECK(spans[1].style.color == CueColor{0, 255, 0});
  CHECK(spans[2].style.color == CueColor{255, 0, 0});
}

TEST_CASE("webvtt cue text: bounds") {
  std::string many, deep;
  for (int i = 0; i < 5'000; ++i) {
    many += "<b>x</b>y";
    deep += "<i>";
  }
  CHECK(parse_cue_text(many, "", {}).size() == limits::kCueSpans);
  CHECK(parse_cue_text(deep + "x", "", {}).size() == 1);
}
