// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_parser.h"

#include <string>

#include <doctest/doctest.h>

#include "playhead/bytes.h"

namespace playhead::dash {
namespace {

Result<Mpd> parse(const std::string& text) {
  return parse_mpd(as_bytes(text), "https://h.example/m.mpd");
}

}  // namespace

TEST_CASE("mpd parser: attributes and elements of every level") {
  const auto mpd = parse(R"(<?xml version="1.0"?><!-- c -->
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" mediaPresentationDuration="PT1M"
     availabilityStartTime="1970-01-01T00:00:10Z" minimumUpdatePeriod="PT2S" minBufferTime="PT1.5S"
     timeShiftBufferDepth="PT30S" suggestedPresentationDelay="PT6S">
  <BaseURL> a/ </BaseURL><BaseURL>b/</BaseURL><Location>l</Location>
  <UTCTiming schemeIdUri="urn:x" value="v"/>
  <Period id="p" start="PT1S" duration="PT59S">
    <AdaptationSet id="1" contentType="audio" lang="de" mimeType="audio/mp4" codecs="mp4a.40.2">
      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/><Label>Ton</Label>
      <ContentProtection schemeIdUri="urn:p"/>
      <SegmentTemplate timescale="48000" media="m" initialization="i" startNumber="4">
        <SegmentTimeline><S t="0" d="96000" r="3"/><S d="5" n="9"/></SegmentTimeline>
      </SegmentTemplate>
      <Representation id="r" bandwidth="128000" audioSamplingRate="48000" width="7">
        <AudioChannelConfiguration schemeIdUri="urn:c" value="2"/>
        <BaseURL>c.mp4</BaseURL>
        <SegmentBase indexRange="700-799"><Initialization range="0-699"/></SegmentBase>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>)");
  REQUIRE(mpd.has_value());
  CHECK(mpd->is_dynamic);
  CHECK(mpd->media_presentation_duration == 60s);
  CHECK(mpd->availability_start_time == WallTime{10'000'000});
  CHECK(mpd->minimum_update_period == 2s);
  CHECK(mpd->min_buffer_time == 1500ms);
  CHECK(mpd->time_shift_buffer_depth == 30s);
  CHECK(mpd->suggested_presentation_delay == 6s);
  REQUIRE(mpd->base_urls.size() == 2);
  CHECK(mpd->base_urls[1].url == "b/");
  CHECK(mpd->locations.size() == 1);
  CHECK(mpd->utc_timings.at(0).value == "v");
  const Period& period = mpd->periods.at(0);
  CHECK(period.start == 1s);
  CHECK(period.duration == 59s);
  const AdaptationSet& set = period.adaptation_sets.at(0);
  CHECK(set.language == "de");
  CHECK(set.label == "Ton");
  CHECK(set.roles.at(0).value == "main");
  CHECK(set.common.content_protections.size() == 1);
  const SegmentInfo& info = *set.segments.segment_template;
  CHECK(info.timescale == 48'000);
  CHECK(info.start_number == 4);
  REQUIRE(info.timeline->size() == 2);
  CHECK(info.timeline->at(0).repeat == 3);
  CHECK(info.timeline->at(1).time == TimelineEntry::kNoTime);
  CHECK(info.timeline->at(1).number == 9);
  const Representation& representation = set.representations.at(0);
  CHECK(representation.bandwidth == 128'000);
  CHECK(representation.common.width == 7);
  CHECK(representation.segments.base->index_range == ByteRange{700, 799});
  CHECK(representation.segments.base->initialization_element->range == ByteRange{0, 699});
  CHECK(mpd->warnings == 0);
}

TEST_CASE("mpd parser: prefixes are passed over, unreadable values counted") {
  const auto mpd = parse(
      R"(<d:MPD xmlns:d="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="soon"><d:Period>
      <d:AdaptationSet width="-1"><d:SegmentTemplate timescale="0" duration="-4" startNumber="x">
      <d:SegmentTimeline><d:S t="1"/><d:S d="0" r="-1"/><d:S d="2" r="many"/></d:SegmentTimeline>
      </d:SegmentTemplate><d:Unknown><d:Deep/></d:Unknown></d:AdaptationSet></d:Period></d:MPD>)");
  REQUIRE(mpd.has_value());
  const SegmentInfo& info = *mpd->periods.at(0).adaptation_sets.at(0).segments.segment_template;
  CHECK_FALSE(info.timescale.has_value());
  CHECK_FALSE(info.duration.has_value());
  CHECK(info.timeline->size() == 1);
  CHECK(mpd->warnings == 8);
}

TEST_CASE("mpd parser: refused documents") {
  struct Case {
    const char* name;
    std::string text;
    ErrorCode code;
  };
  std::string deep = "<MPD><Period>";
  for (int i = 0; i < 200'000 / 2; ++i) deep += "<a>";
  std::string crowd = "<MPD><Period/>";
  for (int i = 0; i < 500'000; ++i) crowd += "<a/>";
  std::string attributes = "<MPD><Period ";
  for (int i = 0; i < 900'000; ++i) attributes += "a='' ";
  std::string closed = "<MPD><Period/>";
  for (int i = 0; i < 1000; ++i) closed += "<a>";
  for (int i = 0; i < 1000; ++i) closed += "</a>";
  std::string periods = "<MPD>";
  for (int i = 0; i < 5001; ++i) periods += "<Period/>";
  std::string crowded = "<MPD><Period><AdaptationSet>";
  for (int i = 0; i < 30'001; ++i) crowded += "<Representation/>";
  const Case cases[] = {
      {"too many Representations", crowded + "</AdaptationSet></Period></MPD>",
       ErrorCode::kManifestLimit},
      {"cut off", "<MPD><Period>", ErrorCode::kManifestSyntax},
      {"cut off in a tag", "<MPD><Period id=\"", ErrorCode::kManifestSyntax},
      {"cut off and deep", deep, ErrorCode::kManifestSyntax},
      {"deep", closed + "</MPD>", ErrorCode::kManifestLimit},
      {"too many elements", crowd + "</MPD>", ErrorCode::kManifestLimit},
      {"too many attributes", attributes + "/></MPD>", ErrorCode::kManifestLimit},
      {"too many Periods", periods + "</MPD>", ErrorCode::kManifestLimit},
      {"another root", "<smil/>", ErrorCode::kManifestSyntax},
      {"nothing", "", ErrorCode::kManifestSyntax},
      {"no Period", "<MPD/>", ErrorCode::kManifestEmpty},
      {"a DTD", "<!DOCTYPE MPD [<!ENTITY a \"b\">]><MPD><Period/></MPD>",
       ErrorCode::kManifestUnsupported},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto mpd = parse(c.text);
    REQUIRE_FALSE(mpd.has_value());
    CHECK(mpd.error().code == c.code);
  }
}

TEST_CASE("mpd parser: other encodings, byte order marks, line ends") {
  const std::string text = "<MPD id=\"a&amp;b\"\r\n><Period id=\"p\"/></MPD>";
  std::string utf16 = "\xFF\xFE";
  for (const char c : text) utf16 += {c, '\0'};
  for (const std::string& encoded : {text, "\xEF\xBB\xBF" + text, utf16}) {
    const auto mpd = parse(encoded);
    REQUIRE(mpd.has_value());
    CHECK(mpd->id == "a&b");
    CHECK(mpd->periods.at(0).id == "p");
  }
}

TEST_CASE("mpd parser: violations have a place, and strict mode refuses the first") {
  const std::string text =
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" minBufferTime=\"PT1S\" profiles=\"p\"\n"
      " mediaPresentationDuration=\"PT9S\">\n<Period>\n<AdaptationSet mimeType=\"video/mp4\">\n"
      "<Unknown/>\n<Representation id=\"1\" bandwidth=\"many\"><BaseURL>f</BaseURL>"
      "</Representation></AdaptationSet></Period></MPD>";
  Diagnostics diagnostics;
  ParseOptions options;
  options.diagnostics = &diagnostics;
  const auto lenient = parse_mpd(as_bytes(text), "https://h.example/m.mpd", options);
  REQUIRE(lenient.has_value());
  CHECK(lenient->warnings == 1);
  REQUIRE(diagnostics.items().size() == 2);
  CHECK(diagnostics.items()[0].severity == Diagnostic::Severity::kSkipped);
  CHECK(diagnostics.items()[0].line == 5);
  const Diagnostic& found = diagnostics.items()[1];
  CHECK(found.severity == Diagnostic::Severity::kViolation);
  CHECK(found.line == 6);
  CHECK(text.substr(static_cast<std::size_t>(found.byte), 14) == "Representation");
  CHECK(found.message == "Representation@bandwidth cannot be \"many\"");
  options.strict = true;
  const auto strict = parse_mpd(as_bytes(text), "https://h.example/m.mpd", options);
  REQUIRE_FALSE(strict.has_value());
  CHECK(strict.error().code == ErrorCode::kManifestSyntax);
  CHECK(strict.error().context.find("line 6, byte ") == 0);
}

}  // namespace playhead::dash
