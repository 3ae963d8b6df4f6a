// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "manifest/dash/dash_presentation.h"
#include "manifest/dash/mpd_parser.h"
#include "manifest/presentation_dump.h"
#include "playhead/bytes.h"

// What an MPD says beyond its segments, in the common model.
namespace playhead::dash {
namespace {

Presentation present(const std::string& text,
                     const std::string& url = "https://h.example/d/m.mpd?token=1") {
  const Result<Mpd> mpd = parse_mpd(as_bytes(text), url);
  REQUIRE(mpd.has_value());
  Result<Presentation> presentation = make_presentation(*mpd);
  REQUIRE_MESSAGE(presentation.has_value(), presentation.error().context);
  return *std::move(presentation);
}

Presentation with_sets(const std::string& sets) {
  return present("<MPD mediaPresentationDuration='PT12S'><Period id='p'>" + sets +
                 "</Period></MPD>");
}

std::string set_of(const std::string& attributes, const std::string& inside) {
  return "<AdaptationSet " + attributes + ">" + inside +
         "<SegmentTemplate media='$Number$' duration='4'/><Representation id='r' bandwidth='1'/>"
         "</AdaptationSet>";
}

}  // namespace

TEST_CASE("dash model: ProducerReferenceTime says what time the media is of") {
  const Presentation presentation = present(R"(<MPD mediaPresentationDuration="PT20S">
<Period id="p" start="PT10S"><AdaptationSet contentType="video">
<ProducerReferenceTime id="0" type="captured" inband="true" wallClockTime="2026-01-01T00:00:00Z"
  presentationTime="9000"><UTCTiming schemeIdUri="urn:mpeg:dash:utc:ntp:2014" value="n.example"/>
</ProducerReferenceTime>
<SegmentTemplate media="$Number$" duration="4000" timescale="1000" presentationTimeOffset="8000"/>
<Representation id="a" bandwidth="1"/>
<Representation id="b" bandwidth="2"><ProducerReferenceTime id="1" type="application"
  applicationScheme="urn:x" wallClockTime="noon" presentationTime="8000"/></Representation>
</AdaptationSet></Period></MPD>)");
  const auto& representations = presentation.periods[0].adaptation_sets[0].representations;
  REQUIRE(representations.size() == 2);
  REQUIRE(representations[0].producer_reference_times.size() == 1);
  const auto& inherited = representations[0].producer_reference_times[0];
  CHECK(inherited.id == "0");
  CHECK(inherited.type == playhead::ProducerReferenceTime::Type::kCaptured);
  CHECK(inherited.is_inband);
  CHECK(inherited.time == MediaTime{11'000'000});
  CHECK(inherited.date == WallTime{1'767'225'600'000'000});
  REQUIRE(inherited.utc_timing.has_value());
  CHECK(inherited.utc_timing->value == "n.example");
  REQUIRE(representations[1].producer_reference_times.size() == 1);
  const auto& own = representations[1].producer_reference_times[0];
  CHECK(own.id == "1");
  CHECK(own.type == playhead::ProducerReferenceTime::Type::kApplication);
  CHECK(own.application_scheme == "urn:x");
  CHECK(own.time == MediaTime{10'000'000});
  CHECK_FALSE(own.date.has_value());
  CHECK(presentation.warnings == 1);  // "noon"
  const std::string printed = dump(presentation);
  CHECK(printed.find("producer_reference_time id=0 type=captured inband time=11.000000 "
                     "date=1767225600.000000 clock_scheme=urn:mpeg:dash:utc:ntp:2014 "
                     "clock_value=n.example\n") != std::string::npos);
}

TEST_CASE("dash model: InbandEventStream of a Representation and of its AdaptationSet") {
  const Presentation presentation = present(R"(<MPD mediaPresentationDuration="PT20S">
<Period id="p"><AdaptationSet contentType="video">
<InbandEventStream schemeIdUri="urn:set" value="1"/>
<SegmentTemplate media="$Number$" duration="4000" timescale="1000"/>
<Representation id="a" bandwidth="1"><InbandEventStream schemeIdUri="urn:own"/></Representation>
<Representation id="b" bandwidth="2"/>
</AdaptationSet></Period></MPD>)");
  const auto& representations = presentation.periods[0].adaptation_sets[0].representations;
  REQUIRE(representations.size() == 2);
  using Events = std::vector<playhead::Descriptor>;
  CHECK(representations[0].inband_events == Events{{"urn:own", "", ""}, {"urn:set", "1", ""}});
  CHECK(representations[1].inband_events == Events{{"urn:set", "1", ""}});
  CHECK(dump(presentation).find("inband_event") != std::string::npos);
}

TEST_CASE("dash model: ContentProtection of every system, under any prefix") {
  const Presentation presentation = with_sets(set_of("contentType='video'", R"(
<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"
  x:default_KID="01020304-0506-0708-090A-0b0c0d0e0f10 {11111111-1111-1111-1111-111111111111}"/>
<ContentProtection schemeIdUri="urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED" robustness="HW">
  <c:pssh> AAEC
   Aw== </c:pssh><dashif:Laurl>https://l.example/w</dashif:Laurl></ContentProtection>
<ContentProtection schemeIdUri="urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95">
  <mspr:pro>BAU=</mspr:pro><ms:laurl licenseUrl="https://l.example/p"/></ContentProtection>
<ContentProtection schemeIdUri="urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e">
  <clearkey:Laurl>https://l.example/c</clearkey:Laurl><cenc:pssh>!</cenc:pssh></ContentProtection>)"));
  const playhead::AdaptationSet& set = presentation.periods[0].adaptation_sets[0];
  CHECK(set.is_encrypted);
  REQUIRE(set.protections.size() == 4);
  const auto& protections = set.protections;
  CHECK(protections[0].value == "cenc");
  REQUIRE(protections[0].default_kids.size() == 2);
  CHECK(protections[0].default_kids[0][15] == 0x10);
  CHECK(protections[1].scheme == "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed");
  CHECK(protections[1].robustness == "HW");
  CHECK(protections[1].license_url == "https://l.example/w");
  REQUIRE(protections[1].pssh.size() == 4);
  CHECK(protections[1].pssh.data()[3] == 3);
  CHECK(protections[2].playready_object.size() == 2);
  CHECK(protections[2].license_url == "https://l.example/p");
  CHECK(protections[3].license_url == "https://l.example/c");
  CHECK(protections[3].pssh.empty());
  CHECK(presentation.warnings == 1);  // "!" is not base64
}

TEST_CASE("dash model: keys that contradict each other are counted") {
  const char* const protection = "<ContentProtection schemeIdUri='urn:uuid:0' cenc:default_KID='";
  const std::string one = "00000000-0000-0000-0000-000000000001";
  const std::string two = "00000000-0000-0000-0000-000000000002";
  CHECK(
      with_sets(set_of("contentType='video'", protection + one + "'/>" + protection + one + "'/>"))
          .warnings == 0);
  CHECK(
      with_sets(set_of("contentType='video'", protection + one + "'/>" + protection + two + "'/>"))
          .warnings == 1);
  CHECK(with_sets(set_of("contentType='video'", std::string(protection) + "12'/>")).warnings == 1);
}

TEST_CASE("dash model: thumbnails, trick mode, switching") {
  const Presentation presentation = with_sets(
      set_of("id='1' contentType='video'",
             "<SupplementalProperty schemeIdUri='urn:mpeg:dash:adaptation-set-switching:2016' "
             "value='2, 3'/>") +
      set_of(
          "id='2' contentType='video' maxPlayoutRate='8'",
          "<EssentialProperty schemeIdUri='http://dashif.org/guidelines/trickmode' value='1'/>") +
      set_of("id='4' contentType='video'",
             "<EssentialProperty schemeIdUri='http://dashif.org/guidelines/trickmode'/>") +
      set_of("id='3' contentType='image' mimeType='image/jpeg'",
             "<EssentialProperty schemeIdUri='http://dashif.org/guidelines/thumbnail_tile' "
             "value='10x20'/>"));
  const auto& sets = presentation.periods[0].adaptation_sets;
  REQUIRE(sets.size() == 4);
  CHECK(sets[0].switchable_with == std::vector<std::string>{"2", "3"});
  CHECK(sets[0].trick_mode_for.empty());
  CHECK(sets[0].is_default);
  CHECK(sets[1].trick_mode_for == "1");
  CHECK(sets[1].representations[0].max_playout_rate == doctest::Approx(8));
  CHECK_FALSE(sets[1].is_default);
  CHECK(sets[2].trick_mode_for == "1");  // the first video set, when none is named
  CHECK(sets[3].kind == TrackKind::kImage);
  REQUIRE(sets[3].representations[0].tiles.has_value());
  CHECK(sets[3].representations[0].tiles->columns == 10);
  CHECK(sets[3].representations[0].tiles->rows == 20);
}

TEST_CASE("dash model: captions, roles, labels, properties") {
  const Presentation presentation =
      with_sets(set_of("contentType='video' lang='en' label='old' selectionPriority='7'", R"(
<Accessibility schemeIdUri="urn:scte:dash:cc:cea-608:2015" value="CC1=eng;CC3=swe"/>
<Accessibility schemeIdUri="urn:scte:dash:cc:cea-708:2015" value="1=lang:eng;2=lang:deu,war:1"/>
<Accessibility schemeIdUri="urn:tva:metadata:cs:AudioPurposeCS:2007" value="1"/>
<Label>New</Label><Label lang="sv">Ny</Label><Viewpoint schemeIdUri="urn:v" value="v"/>
<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="16"/>
<EssentialProperty schemeIdUri="urn:unknown" value="e"/>
<SupplementalProperty schemeIdUri="urn:else" value="s"/>)"));
  const playhead::AdaptationSet& set = presentation.periods[0].adaptation_sets[0];
  CHECK(set.label == "New");
  CHECK(set.selection_priority == 7);
  REQUIRE(set.closed_captions.size() == 4);
  CHECK(set.closed_captions[1].channel == "CC3");
  CHECK(set.closed_captions[1].language == "swe");
  CHECK(set.closed_captions[3].channel == "SERVICE2");
  CHECK(set.closed_captions[3].language == "deu");
  CHECK(set.accessibilities.size() == 3);
  CHECK(set.viewpoints.at(0).value == "v");
  CHECK(set.representations[0].video_range == VideoRange::kPq);
  REQUIRE(set.essential_properties.size() == 1);  // what is understood is not in the list
  CHECK(set.essential_properties[0].scheme == "urn:unknown");
  CHECK(set.supplemental_properties.at(0).value == "s");
}

TEST_CASE("dash model: events, in every notation") {
  const Presentation presentation = present(
      R"(<MPD><Period id="a" duration="PT10S">)" + set_of("contentType='video'", "") +
      R"(</Period><Period id="b" duration="PT10S"><AssetIdentifier schemeIdUri="urn:a" value="x"/>
<EventStream schemeIdUri="urn:s" value="1" timescale="10" presentationTimeOffset="20">
 <Event id="1" presentationTime="30" duration="5" messageData="text"/>
 <Event id="2" presentationTime="40"><![CDATA[<raw>]]></Event>
 <Event id="3" presentationTime="0"><Signal a="1"><Binary>AA==</Binary></Signal></Event>
 <Event id="4" contentEncoding="base64">AQI=</Event></EventStream>)" +
      set_of("contentType='video'", "") + "</Period></MPD>");
  const playhead::Period& period = presentation.periods.at(1);
  CHECK(period.asset_id == "urn:a x");
  REQUIRE(period.events.size() == 4);
  const auto text = [&](std::size_t i) {
    return std::string(as_text(period.events[i].message.view()));
  };
  CHECK(period.events[0].start == MediaTime{11'000'000});
  CHECK(period.events[0].duration == 500ms);
  CHECK(period.events[0].value == "1");
  CHECK(text(0) == "text");
  CHECK(text(1) == "<raw>");
  CHECK(text(2) == "<Signal a=\"1\"><Binary>AA==</Binary></Signal>");
  CHECK(period.events[2].start == MediaTime{8'000'000});
  CHECK(text(3) == "\1\2");
}

TEST_CASE("dash model: BaseURLs at four levels, several per level") {
  const Presentation presentation = present(R"(<MPD mediaPresentationDuration="PT8S">
<BaseURL serviceLocation="a">https://a.example/x/</BaseURL>
<BaseURL serviceLocation="b" dvb:priority="3" dvb:weight="2">https://b.example/</BaseURL>
<Period><BaseURL>p/</BaseURL><AdaptationSet contentType="video"><BaseURL>s/</BaseURL>
<SegmentTemplate media="$RepresentationID$-$Number$" initialization="i" duration="4"/>
<Representation id="1" bandwidth="1"/>
<Representation id="2" bandwidth="2"><BaseURL>https://c.example/only/</BaseURL></Representation>
</AdaptationSet></Period></MPD>)");
  const auto& r = presentation.periods[0].adaptation_sets[0].representations;
  CHECK(r[0].service_location == "a");
  CHECK(r[0].segments->at(1).media.url == "https://a.example/x/p/s/1-2");
  REQUIRE(r[0].alternatives.size() == 1);
  const ServiceLocation& other = r[0].alternatives[0];
  CHECK(other.name == "b");
  CHECK(other.priority == 3);
  CHECK(other.weight == 2);
  CHECK(other.segments->at(1).media.url == "https://b.example/p/s/1-2");
  CHECK(other.segments->at(1).init->url == "https://b.example/p/s/i");
  CHECK(other.segments->at(1).start == r[0].segments->at(1).start);
  CHECK(r[1].service_location == "c.example");
  CHECK(r[1].alternatives.empty());  // one absolute URL below two places is one place
}

TEST_CASE("dash model: URLs are resolved as RFC 3986 says, whatever they look like") {
  const std::pair<const char*, const char*> cases[] = {
      {"a.m4s", "https://h.example/d/a.m4s"},
      {"../a", "https://h.example/a"},
      {"./a", "https://h.example/d/a"},
      {"a/../b", "https://h.example/d/b"},
      {"/a", "https://h.example/a"},
      {"//o.example/a", "https://o.example/a"},
      {"?q=1", "https://h.example/d/m.mpd?q=1"},
      {"a b", "https://h.example/d/a%20b"},
      {"https://o.example/x/../a", "https://o.example/a"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.first);
    const Presentation presentation = with_sets(
        std::string("<AdaptationSet contentType='video'><SegmentTemplate duration='4' media='") +
        c.first + "'/><Representation/></AdaptationSet>");
    CHECK(presentation.periods[0].adaptation_sets[0].representations[0].segments->at(0).media.url ==
          c.second);
  }
}

TEST_CASE("dash model: UrlQueryInfo hands the MPD's query on") {
  const Presentation presentation = with_sets(
      set_of("contentType='video'", R"(<EssentialProperty schemeIdUri="urn:mpeg:dash:urlparam:2014">
<up:UrlQueryInfo queryTemplate="$querypart$" useMPDUrlQuery="true"/></EssentialProperty>)"));
  CHECK(presentation.periods[0].adaptation_sets[0].representations[0].segments->at(0).media.url ==
        "https://h.example/d/1?token=1");
}

TEST_CASE("dash model: loudspeakers") {
  struct Case {
    const char* scheme;
    const char* value;
    int channels;
  };
  const Case cases[] = {
      {"urn:mpeg:dash:23003:3:audio_channel_configuration:2011", "6", 6},
      {"urn:mpeg:mpegB:cicp:ChannelConfiguration", "7", 8},
      {"tag:dolby.com,2014:dash:audio_channel_configuration:2011", "F801", 6},
      {"tag:dolby.com,2015:dash:audio_channel_configuration:2015", "00004F", 8},
      {"urn:mpeg:dash:outputChannelPositionList:2012", " 5 2 1 12 8 9 1 ", 7},
      {"urn:unknown", "2", 2},
      {"urn:unknown", "many", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value);
    const Presentation presentation = with_sets(
        set_of("contentType='audio'", std::string("<AudioChannelConfiguration schemeIdUri='") +
                                          c.scheme + "' value='" + c.value + "'/>"));
    CHECK(presentation.periods[0].adaptation_sets[0].representations[0].channels == c.channels);
  }
}

TEST_CASE("dash model: a Preselection is carried") {
  const Presentation presentation =
      with_sets(set_of("id='1' contentType='audio'", "") +
                "<Preselection id='s' lang='en' preselectionComponents='1 2' codecs='ac-4'>"
                "<Label>Dialogue</Label><Role schemeIdUri='urn:mpeg:dash:role:2011' value='main'/>"
                "</Preselection>");
  REQUIRE(presentation.periods[0].preselections.size() == 1);
  const auto& preselection = presentation.periods[0].preselections[0];
  CHECK(preselection.components == std::vector<std::string>{"1", "2"});
  CHECK(preselection.label == "Dialogue");
  CHECK(preselection.roles == std::vector<std::string>{"main"});
}

TEST_CASE("dash model: duplicate ids stay apart") {
  std::string representations;
  for (int i = 0; i < 60; ++i) representations += "<Representation id='a'/>";
  const Presentation presentation = with_sets(
      "<AdaptationSet contentType='video'><SegmentTemplate media='$Number$' duration='4'/>"
      "<Representation id='a#2'/>" +
      representations + "</AdaptationSet>");
  const auto& r = presentation.periods[0].adaptation_sets[0].representations;
  REQUIRE(r.size() == 61);
  for (std::size_t i = 0; i < r.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) CHECK(r[i].id != r[k].id);
  }
}

}  // namespace playhead::dash
