// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_patch.h"

#include <string>

#include <doctest/doctest.h>

#include "manifest/dash/mpd_parser.h"

namespace playhead::dash {
namespace {

const std::string kMpd =
    R"(<MPD id="m" type="dynamic" publishTime="2024-01-01T00:00:00Z"><Period id="1"><AdaptationSet id="v">
<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="2"/><S d="4" r="1"/></SegmentTimeline>
</SegmentTemplate><Representation id="r"/></AdaptationSet></Period><BaseURL>old/</BaseURL></MPD>)";

std::string patch_of(const std::string& operations, const char* id = "m",
                     const char* published = "2024-01-01T00:00:00.000Z") {
  return std::string("<Patch mpdId='") + id + "' originalPublishTime='" + published +
         "' publishTime='2024-01-01T00:00:02Z'>" + operations + "</Patch>";
}

Result<std::string> patched(const std::string& patch) {
  PLAYHEAD_TRY(const SharedBytes bytes, apply_patch(as_bytes(kMpd), as_bytes(patch)));
  return std::string(as_text(bytes.view()));
}

}  // namespace

TEST_CASE("mpd patch: every operation") {
  struct Case {
    const char* name;
    const char* operation;
    const char* expected;  // part of the new text
  };
  const Case cases[] = {
      {"S appended",
       "<add sel=\"/MPD/Period[@id='1']/AdaptationSet[@id='v']/SegmentTemplate/SegmentTimeline\">"
       "<S d='7'/></add>",
       R"(<S d="4" r="1"/><S d="7"/>)"},
      {"S after the first",
       "<add sel='/MPD/Period/AdaptationSet/SegmentTemplate/SegmentTimeline/S' "
       "pos='after'><S d='7'/><S d='8'/></add>",
       R"(<S t="0" d="2"/><S d="7"/><S d="8"/><S d="4" r="1"/>)"},
      {"before", "<add sel='/MPD/Period[1]' pos='before'><Period id='0'/></add>",
       R"(<Period id="0"/><Period id="1">)"},
      {"prepend keeps the order", "<add sel='/MPD' pos='prepend'><A/><B/></add>",
       "<A/><B/><Period"},
      {"attribute by type", "<add sel='/MPD' type='@profiles'>p</add>", R"(profiles="p")"},
      {"attribute by path", "<add sel='/MPD/@mediaPresentationDuration'> PT3S </add>",
       R"(mediaPresentationDuration="PT3S")"},
      {"attribute replaced", "<replace sel=\"//x\"/><!-- never reached -->", nullptr},
      {"repeat extended",
       "<replace sel=\"/MPD/Period[@id='1']/AdaptationSet[@id='v']/SegmentTemplate/SegmentTimeline/"
       "S[2]/@r\">5</replace>",
       R"(<S d="4" r="5"/>)"},
      {"element replaced", "<replace sel='/MPD/BaseURL'><BaseURL>new/</BaseURL></replace>",
       "<BaseURL>new/</BaseURL>"},
      {"text replaced", "<replace sel='/MPD/BaseURL/text()'>text/</replace>",
       "<BaseURL>text/</BaseURL>"},
      {"element removed",
       "<remove sel=\"/MPD/Period/AdaptationSet/SegmentTemplate/SegmentTimeline/"
       "S[@t='0']\"/>",
       R"(<SegmentTimeline><S d="4" r="1"/>)"},
      {"attribute removed", "<remove sel='/MPD/@type'/>", R"(<MPD id="m" publishTime=)"},
      {"prefixes are passed over", "<p:remove xmlns:p='urn:x' sel='/d:MPD/d:BaseURL'/>",
       "</Period></MPD>"},
      {"no such element", "<remove sel='/MPD/Period[2]'/>", nullptr},
      {"no such attribute", "<replace sel='/MPD/@none'>1</replace>", nullptr},
      {"the document itself", "<remove sel='/'/>", nullptr},
      {"a selector beyond the subset", "<remove sel='/MPD/*[last()]'/>", nullptr},
      {"an unclosed condition", "<remove sel='/MPD/Period[@id='/>", nullptr},
      {"an unknown operation", "<move sel='/MPD/Period'/>", nullptr},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Result<std::string> text = patched(patch_of(c.operation));
    REQUIRE(text.has_value() == (c.expected != nullptr));
    if (text) {
      CAPTURE(*text);
      CHECK(text->find(c.expected) != std::string::npos);
      CHECK(text->find("publishTime=\"2024-01-01T00:00:02Z\"") != std::string::npos);
    } else {
      CHECK(text.error().code == ErrorCode::kManifestSyntax);
      CHECK(text.error().severity == Severity::kRecoverable);
    }
  }
}

TEST_CASE("mpd patch: one for another MPD, another version or no patch is refused") {
  for (const std::string& patch : {patch_of("", "other"), patch_of("", "m", "2024-01-01T00:00:01Z"),
                                   std::string("<Patch"), std::string("<MPD/>"), std::string()}) {
    CAPTURE(patch);
    const Result<std::string> text = patched(patch);
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().severity == Severity::kRecoverable);
  }
  CHECK(patched(patch_of("")).has_value());
}

}  // namespace playhead::dash
