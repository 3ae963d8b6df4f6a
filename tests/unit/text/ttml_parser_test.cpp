// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_parser.h"

#include <string>

#include <doctest/doctest.h>

#include "base/limits.h"

using namespace playhead;
using namespace playhead::text;

namespace {

std::string document_of(const std::string& body, const std::string& head = "",
                        const std::string& attributes = "") {
  return R"(<?xml version="1.0" encoding="UTF-8"?><tt xmlns="http://www.w3.org/ns/ttml" )"
         R"(xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" )"
         R"(xmlns:itts="http://www.w3.org/ns/ttml/profile/imsc1#styling" xml:lang="en" )" +
         attributes + "><head>" + head + "</head><body>" + body + "</body></tt>";
}

TextDocument parse(const std::string& text) {
  auto document = parse_ttml(as_bytes(text));
  REQUIRE(document);
  return std::move(*document);
}

// "start-end|text" in ms for each cue, ';' between them.
std::string shown(const TextDocument& document) {
  std::string out;
  for (const Cue& cue : document.cues) {
    if (!out.empty()) out += ';';
    const std::string end =
        cue.end == MediaTime::max() ? "ever" : std::to_string(cue.end.us / 1000);
    out += std::to_string(cue.start.us / 1000) + "-" + end + "|" + plain_text(cue);
  }
  return out;
}

}  // namespace

TEST_CASE("ttml: time containment, TTML2 12.2") {
  struct Case {
    const char* name;
    const char* body;
    const char* cues;
    int warnings = 0;
  };
  const Case cases[] = {
      {"begin and end", R"(<div><p begin="1s" end="2s">a</p></div>)", "1000-2000|a"},
      {"begin and dur", R"(<div><p begin="1s" dur="2s">a</p></div>)", "1000-3000|a"},
      {"the earlier of end and dur", R"(<div><p begin="1s" end="9s" dur="2s">a</p></div>)",
       "1000-3000|a"},
      {"no times", "<div><p>a</p></div>", "0-ever|a"},
      {"nested in a div", R"(<div begin="10s"><p begin="1s" end="2s">a</p></div>)",
       "11000-12000|a"},
      {"cut by the div's end", R"(<div begin="10s" end="12s"><p begin="1s" end="9s">a</p></div>)",
       "11000-12000|a"},
      {"the div's times alone", R"(<div begin="10s" dur="2s"><p>a</p></div>)", "10000-12000|a"},
      {"after the div's end", R"(<div end="1s"><p begin="2s" end="3s">a</p></div>)", ""},
      {"end before begin", R"(<div><p begin="2s" end="1s">a</p></div>)", ""},
      {"divs in divs", R"(<div begin="1s"><div begin="1s"><p dur="1s">a</p></div></div>)",
       "2000-3000|a"},
      {"a sequence",
       R"(<div timeContainer="seq"><p dur="1s">a</p><p begin="1s" dur="2s">b</p></div>)",
       "0-1000|a;2000-4000|b"},
      {"a sequence of divs",
       R"(<div timeContainer="seq"><div><p end="3s">a</p></div><div><p dur="1s">b</p></div></div>)",
       "0-3000|a;3000-4000|b"},
      {"spans with times of their own: one cue for each state",
       R"(<div><p begin="1s" end="5s">a<span begin="1s"> b</span><span begin="2s" end="3s"> c</span></p></div>)",
       "1000-2000|a;2000-3000|a b;3000-4000|a b c;4000-5000|a b"},
      {"only spans have times",
       R"(<div><p><span begin="1s" end="2s">a</span><span begin="3s" end="4s">b</span></p></div>)",
       "1000-2000|a;3000-4000|b"},
      {"an unreadable time is as if not there", R"(<div><p begin="x" end="2s">a</p></div>)",
       "0-2000|a", 1},
      {"times beyond all bounds",
       R"(<div begin="999999:00:00"><p begin="999999:00:00">a</p></div>)", "7199992800000-ever|a"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const TextDocument document = parse(document_of(c.body));
    CHECK(shown(document) == c.cues);
    CHECK(document.diagnostics.count() == c.warnings);
  }
}

TEST_CASE("ttml: white space, TTML2 8.2.2") {
  struct Case {
    const char* name;
    const char* body;
    std::string text;
  };
  const Case cases[] = {
      {"runs become one space, ends vanish", "<p>\n   a \n  b  \n</p>", "a b"},
      {"around line breaks", "<p> a <br/> b </p>", "a\nb"},
      {"between spans", "<p><span>a</span> <span>b</span></p>", "a b"},
      {"spaces of two spans are one", "<p><span>a </span><span> b</span></p>", "a b"},
      {"kept", "<p xml:space='preserve'> a  b </p>", " a  b "},
      {"kept in one span", "<p>a<span xml:space='preserve'>  b</span></p>", "a  b"},
      {"breaks in a row", "<p>a<br/><br/>b</p>", "a\n\nb"},
      {"references", "<p>a &lt;&amp;&#x266a;</p>", "a <&\xe2\x99\xaa"},
      {"CDATA", "<p><![CDATA[<b>]]></p>", "<b>"},
      {"metadata is no text", "<p><metadata><title>x</title></metadata>a</p>", "a"},
      {"nothing to see", "<p> <br/> </p>", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const TextDocument document =
        parse(document_of(std::string("<div begin='0s' end='1s'>") + c.body + "</div>"));
    CHECK((document.cues.empty() ? std::string() : plain_text(document.cues[0])) == c.text);
  }
}

TEST_CASE("ttml: styles, TTML2 10.4.4") {
  const CueColor red{255, 0, 0}, blue{0, 0, 255}, lime{0, 255, 0};
  struct Case {
    const char* name;
    const char* head;
    const char* p;
    CueStyle style;
  };
  const Case cases[] = {
      {"inline",
       "",
       R"(<p tts:color="red" tts:fontWeight="bold">x</p>)",
       {.is_bold = true, .color = red}},
      {"by reference",
       R"(<styling><style xml:id="a" tts:color="red"/></styling>)",
       R"(<p style="a">x</p>)",
       {.color = red}},
      {"the later reference wins",
       R"(<styling><style xml:id="a" tts:color="red" tts:fontStyle="italic"/><style xml:id="b" tts:color="blue"/></styling>)",
       R"(<p style="a b">x</p>)",
       {.is_italic = true, .color = blue}},
      {"inline wins over references",
       R"(<styling><style xml:id="a" tts:color="red"/></styling>)",
       R"(<p style="a" tts:color="blue">x</p>)",
       {.color = blue}},
      {"chained",
       R"(<styling><style xml:id="a" tts:color="red"/><style xml:id="b" style="a" tts:fontStyle="italic"/></styling>)",
       R"(<p style="b">x</p>)",
       {.is_italic = true, .color = red}},
      {"a loop ends",
       R"(<styling><style xml:id="a" style="b" tts:color="red"/><style xml:id="b" style="a"/></styling>)",
       R"(<p style="b">x</p>)",
       {.color = red}},
      {"a reference to nothing", "", R"(<p style="none">x</p>)", {}},
      {"inherited by spans",
       "",
       R"(<p tts:color="red"><span tts:fontStyle="italic">x</span></p>)",
       {.is_italic = true, .color = red}},
      {"from the region",
       R"(<layout><region xml:id="r" tts:color="red"/></layout>)",
       R"(<p region="r">x</p>)",
       {.color = red}},
      {"from a style inside the region",
       R"(<layout><region xml:id="r"><style tts:color="lime"/></region></layout>)",
       R"(<p region="r">x</p>)",
       {.color = lime}},
      {"decorations",
       "",
       R"(<p tts:textDecoration="underline lineThrough">x</p>)",
       {.is_underlined = true, .is_struck_through = true}},
      {"decorations taken off",
       "",
       R"(<p tts:textDecoration="underline"><span tts:textDecoration="none">x</span></p>)",
       {}},
      {"backgrounds", "", R"(<p tts:backgroundColor="#0000ffff">x</p>)", {.background = blue}},
      {"font sizes multiply",
       "",
       R"(<p tts:fontSize="150%"><span tts:fontSize="50%">x</span></p>)",
       {.font_size_percent = 75}},
      {"font size in cells", "", R"(<p tts:fontSize="2c">x</p>)", {.font_size_percent = 200}},
      {"font size in root heights",
       "",
       R"(<p tts:fontSize="10rh">x</p>)",
       {.font_size_percent = 150}},
      {"font family",
       "",
       R"(<p tts:fontFamily="Arial, monospaceSerif">x</p>)",
       {.font = CueFont::kMonospace}},
      {"values of no meaning", "", R"(<p tts:color="reddish" tts:fontSize="big">x</p>)", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const TextDocument document =
        parse(document_of(std::string("<div begin='0s' end='1s'>") + c.p + "</div>", c.head));
    REQUIRE(document.cues.size() == 1);
    CHECK(document.cues[0].spans[0].style == c.style);
  }
}

TEST_CASE("ttml: regions, TTML2 9.3 and 10.2") {
  struct Case {
    const char* name;
    const char* attributes;  // of tt
    const char* region;
    double x, y, width, height;
    CueAnchor align = CueAnchor::kStart;
  };
  const Case cases[] = {
      {"nothing said: the whole root", "", "", 0, 0, 1, 1},
      {"percent", "", R"(tts:origin="10% 80%" tts:extent="80% 15%" tts:displayAlign="after")", 0.1,
       0.8, 0.8, 0.15, CueAnchor::kEnd},
      {"pixels", R"(tts:extent="1280px 720px")",
       R"(tts:origin="128px 72px" tts:extent="640px 360px")", 0.1, 0.1, 0.5, 0.5},
      {"pixels of an unknown root", "", R"(tts:origin="128px 72px")", 0, 0, 1, 1},
      {"cells", R"(ttp:cellResolution="40 20")", R"(tts:origin="4c 2c" tts:extent="20c 10c")", 0.1,
       0.1, 0.5, 0.5},
      {"root lengths", "", R"(tts:origin="10rw 20rh" tts:extent="50rw 25rh")", 0.1, 0.2, 0.5, 0.25},
      {"position in percent", "", R"(tts:extent="50% 20%" tts:position="50% 100%")", 0.25, 0.8, 0.5,
       0.2},
      {"position by edges", "", R"(tts:extent="50% 20%" tts:position="right top")", 0.5, 0, 0.5,
       0.2},
      {"auto", "", R"(tts:origin="auto" tts:extent="auto" tts:displayAlign="center")", 0, 0, 1, 1,
       CueAnchor::kCenter},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const TextDocument document = parse(document_of(
        "<div><p region='r' end='1s'>x</p></div>",
        std::string("<layout><region xml:id='r' ") + c.region + "/></layout>", c.attributes));
    REQUIRE(document.cues.size() == 1);
    REQUIRE(document.cues[0].placement.region);
    const CueRegion& region = *document.cues[0].placement.region;
    CHECK(region.id == "r");
    CHECK(region.x == doctest::Approx(c.x));
    CHECK(region.y == doctest::Approx(c.y));
    CHECK(region.width == doctest::Approx(c.width));
    CHECK(region.height == doctest::Approx(c.height));
    CHECK(region.display_align == c.align);
  }
}

TEST_CASE("ttml: placement, visibility, forced display, ruby and language") {
  const auto cue_of = [](const std::string& p, const std::string& head = "") {
    const TextDocument document = parse(document_of("<div><p end='1s' " + p + "</p></div>", head));
    return document.cues.empty() ? Cue{} : document.cues[0];
  };
  CHECK(cue_of(">x").placement.text_align == CueTextAlign::kCenter);
  CHECK(cue_of("tts:textAlign='start'>x").placement.position_align == CueAnchor::kStart);
  const std::string vertical =
      "<layout><region xml:id='r' tts:writingMode='tbrl' tts:backgroundColor='black'/></layout>";
  const Cue in_region = cue_of("region='r'>x", vertical);
  CHECK(in_region.placement.writing == CueWriting::kVerticalRightToLeft);
  CHECK(in_region.placement.text_align == CueTextAlign::kStart);
  CHECK(in_region.placement.region->background == CueColor{0, 0, 0});
  CHECK_FALSE(in_region.spans[0].style.background);
  const std::string span_region = "><span region='r'>x</span>";
  CHECK(cue_of(span_region, vertical).placement.region->id == "r");
  CHECK(cue_of("tts:display='none'>x").spans.empty());
  CHECK(cue_of("tts:visibility='hidden'>x").spans.empty());
  CHECK(plain_text(cue_of("tts:visibility='hidden'>x<span tts:visibility='visible'>y</span>")) ==
        "y");
  CHECK(plain_text(cue_of(">x<span tts:display='none'>y</span>")) == "x");
  CHECK_FALSE(cue_of(">x").is_forced);
  CHECK(cue_of("itts:forcedDisplay='true'>x").is_forced);
  CHECK(cue_of(">x<span itts:forcedDisplay='true'>y</span>").is_forced);
  CHECK(cue_of("xml:id='p1' xml:lang='de'>x").id == "p1");
  CHECK(cue_of("xml:lang='de'>x").language == "de");
  CHECK(cue_of(">x").language == "en");
  const Cue ruby = cue_of(
      "><span tts:ruby='container'><span tts:ruby='base'>a</span><span "
      "tts:ruby='delimiter'>(</span>"
      "<span tts:ruby='text'>b</span></span>");
  REQUIRE(ruby.spans.size() == 2);
  CHECK(ruby.spans[0].ruby == CueRuby::kBase);
  CHECK(ruby.spans[1].ruby == CueRuby::kText);
  CHECK(plain_text(ruby) == "a");
}

TEST_CASE("ttml: what is no TTML, and what is not shown") {
  for (const char* text : {"", "x", "<tt", "<tt></x>", "<html/>", "<tt><body><div></tt>"}) {
    CAPTURE(std::string(text));
    const auto document = parse_ttml(as_bytes(text));
    REQUIRE_FALSE(document);
    CHECK(document.error().code == ErrorCode::kContainerSyntax);
  }
  CHECK(parse("<tt/>").cues.empty());
  const TextDocument images = parse(document_of(
      "<div xmlns:smpte='x' smpte:backgroundImage='#i'><p end='1s'><image/><set/>x</p></div>"));
  CHECK(images.cues.size() == 1);
  CHECK(images.diagnostics.count() == 2);
  CHECK(parse(document_of("<div><p end='1s'>x</p></div>", "", "ttp:timeBase='smpte'"))
            .diagnostics.count() == 1);
}

TEST_CASE("ttml: UTF-16 documents") {
  const std::string text = "<tt><body><div><p end='1s'>x</p></div></body></tt>";
  std::vector<uint8_t> bytes{0xff, 0xfe};
  for (const char c : text) bytes.insert(bytes.end(), {static_cast<uint8_t>(c), 0});
  const auto document = parse_ttml(bytes);
  REQUIRE(document);
  CHECK(shown(*document) == "0-1000|x");
}

TEST_CASE("A16 TTML beyond the limits is refused or cut, never followed") {
  std::string deep = "<tt>", wide = "<tt><body><div>", changes = "<p>";
  for (int i = 0; i < 100; ++i) deep += "<div>";
  for (int i = 0; i < 100; ++i) deep += "</div>";
  for (std::size_t i = 0; i < limits::kXmlMarkup; ++i) wide += "<p/>";
  for (std::size_t i = 0; i < 2 * limits::kParagraphChanges; ++i) {
    changes += "<span begin='" + std::to_string(i) + "s'>x</span>";
  }
  CHECK_FALSE(parse_ttml(as_bytes(deep + "</tt>")));
  CHECK_FALSE(parse_ttml(as_bytes(wide)));
  const TextDocument split = parse(document_of("<div>" + changes + "</p></div>"));
  CHECK(split.cues.size() == 1);
  // Within each limit, but not their product.
  std::string work = "<p>";
  for (int i = 0; i < 150; ++i) work += "<span begin='" + std::to_string(i) + "s'>x</span>";
  for (int i = 0; i < 500; ++i) work += "x<br/>";
  CHECK(parse(document_of("<div>" + work + "</p></div>")).cues.size() == 1);
}
