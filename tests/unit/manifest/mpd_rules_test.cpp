// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "manifest/dash/mpd_parser.h"
#include "playhead/bytes.h"

// What strict mode refuses.
namespace playhead::dash {
namespace {

const std::string kMpd =
    R"(<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" minBufferTime="PT1S" profiles="p" MPD>
<Period PERIOD><AdaptationSet mimeType="video/mp4" SET>SET_CHILD
<Representation id="1" bandwidth="500" REP>REP_CHILD</Representation></AdaptationSet></Period></MPD>)";

struct Parts {
  std::string mpd = "mediaPresentationDuration='PT8S'";
  std::string period, set, set_child, representation;
  std::string child = "<SegmentTemplate media='$Number$' duration='4'/>";
};

std::string text_of(const Parts& parts) {
  std::string text = kMpd;
  const std::pair<std::string, std::string> fills[] = {
      {"SET_CHILD", parts.set_child},   {"REP_CHILD", parts.child},
      {" MPD>", " " + parts.mpd + ">"}, {"PERIOD", parts.period},
      {" SET>", " " + parts.set + ">"}, {" REP>", " " + parts.representation + ">"}};
  for (const auto& [mark, fill] : fills) text.replace(text.find(mark), mark.size(), fill);
  return text;
}

// The clause strict mode names; empty when it accepts.
std::string refused(const std::string& text) {
  ParseOptions options;
  options.strict = true;
  const auto mpd = parse_mpd(as_bytes(text), "https://h.example/m.mpd", options);
  if (mpd) return "";
  const std::string& context = mpd.error().context;
  const std::size_t open = context.rfind('(');
  CHECK(mpd.error().code == ErrorCode::kManifestSyntax);
  return open == std::string::npos ? context : context.substr(open + 1, context.size() - open - 2);
}

}  // namespace

TEST_CASE("mpd rules: strict mode names the clause that is broken") {
  struct Case {
    const char* name;
    Parts parts;
    const char* clause;
  };
  Parts unknown_type, no_length, dynamic, late_start, no_period_id, bounds, above, two_kinds, both,
      neither, in_init, unknown, exact, protection, pssh, keys, role, none, time_attribute,
      same_url;
  unknown_type.mpd += " type='staticX'";
  no_length.mpd = "";
  dynamic.mpd = "type='dynamic' minimumUpdatePeriod='PT2S'";
  late_start.period = "start='PT1S'";
  no_period_id.mpd =
      "type='dynamic' availabilityStartTime='2020-01-01T00:00:00Z' minimumUpdatePeriod='PT2S' "
      "publishTime='2020-01-01T00:00:00Z'";
  bounds.set = "minWidth='9' maxWidth='8'";
  above.set = "maxBandwidth='400'";
  two_kinds.child += "<SegmentBase/>";
  both.child =
      "<SegmentTemplate media='$Time$' duration='4'><SegmentTimeline><S d='4'/></SegmentTimeline>"
      "</SegmentTemplate>";
  neither.child = "<SegmentTemplate media='$Number$'/>";
  in_init.child = "<SegmentTemplate media='$Number$' duration='4' initialization='$Time$'/>";
  unknown.child = "<SegmentTemplate media='$Number$-$Name$' duration='4'/>";
  exact.child = "<BaseURL>f</BaseURL><SegmentBase indexRangeExact='true'/>";
  protection.set_child =
      "<ContentProtection schemeIdUri='urn:mpeg:dash:mp4protection:2011' value='c'/>";
  pssh.set_child =
      "<ContentProtection schemeIdUri='urn:x'><cenc:pssh>?</cenc:pssh></ContentProtection>";
  keys.set_child =
      "<ContentProtection cenc:default_KID='1'/><ContentProtection "
      "cenc:default_KID='2'/>";
  role.set_child = "<Role schemeIdUri='urn:mpeg:dash:role:2011' value='hero'/>";
  none.child = "";
  time_attribute.mpd = "mediaPresentationDuration='soon'";
  same_url.child = "<SegmentTemplate media='one.mp4' duration='4'/>";
  const Case cases[] = {
      {"nothing wrong", {}, ""},
      {"MPD@type", unknown_type, "ISO/IEC 23009-1 5.3.1.2"},
      {"no length", no_length, "ISO/IEC 23009-1 5.3.1.2"},
      {"dynamic without a start", dynamic, "ISO/IEC 23009-1 5.3.1.2"},
      {"the first Period starts late", late_start, "ISO/IEC 23009-1 5.3.2.1"},
      {"a live Period without an id", no_period_id, "ISO/IEC 23009-1 5.3.2.2"},
      {"minimum above maximum", bounds, "ISO/IEC 23009-1 5.3.3.2"},
      {"Representation outside the bounds", above, "ISO/IEC 23009-1 5.3.3.2"},
      {"two kinds of segment information", two_kinds, "ISO/IEC 23009-1 5.3.9.1"},
      {"duration and timeline", both, "ISO/IEC 23009-1 5.3.9.2.2"},
      {"neither duration nor timeline", neither, "ISO/IEC 23009-1 5.3.9.2.2"},
      {"initialization depends on the segment", in_init, "ISO/IEC 23009-1 5.3.9.4.2"},
      {"unknown identifier", unknown, "ISO/IEC 23009-1 5.3.9.4.4"},
      {"indexRangeExact", exact, "ISO/IEC 23009-1 5.3.9.2.2"},
      {"protection scheme", protection, "ISO/IEC 23009-1 5.8.5.2"},
      {"pssh", pssh, "ISO/IEC 23001-7 11.2"},
      {"keys", keys, "ISO/IEC 23001-7 11.2"},
      {"role", role, "ISO/IEC 23009-1 5.8.5.5"},
      {"no media", none, "ISO/IEC 23009-1 5.3.9.1"},
      {"unreadable value", time_attribute, "ISO/IEC 23009-1 schema"},
      {"one URL for all", same_url, "ISO/IEC 23009-1 5.3.9.4.4"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(refused(text_of(c.parts)) == c.clause);
    CHECK(parse_mpd(as_bytes(text_of(c.parts)), "https://h.example/m.mpd").has_value());
  }
}

}  // namespace playhead::dash
