// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/dash_presentation.h"

#include <string>

#include <doctest/doctest.h>

#include "manifest/dash/mpd_parser.h"
#include "playhead/bytes.h"

namespace playhead::dash {
namespace {

Result<Presentation> present(const std::string& text) {
  PLAYHEAD_TRY(const Mpd mpd, parse_mpd(as_bytes(text), "https://h.example/d/m.mpd"));
  return make_presentation(mpd);
}

std::string static_mpd(const std::string& inside) {
  return "<MPD mediaPresentationDuration=\"PT12S\"><Period><AdaptationSet mimeType=\"video/mp4\">" +
         inside + "</AdaptationSet></Period></MPD>";
}

const playhead::Representation& only(const Result<Presentation>& presentation) {
  REQUIRE(presentation.has_value());
  return presentation->periods.at(0).adaptation_sets.at(0).representations.at(0);
}

}  // namespace

TEST_CASE("dash presentation: each way to address segments") {
  struct Case {
    const char* name;
    const char* representation;
    std::size_t count;
    const char* last_url;
    const char* last_range;
    const char* init;
  };
  const Case cases[] = {
      {"template with numbers",
       R"(<SegmentTemplate duration="4" media="$RepresentationID$-$Number%03d$.m4s" startNumber="0"
          initialization="$RepresentationID$.mp4"/>)",
       3, "https://h.example/d/r-002.m4s", "", "https://h.example/d/r.mp4"},
      {"template with times, offset left out of $Time$",
       R"(<SegmentTemplate timescale="10" presentationTimeOffset="70" duration="40"
          media="$Time$.m4s"/>)",
       3, "https://h.example/d/80.m4s", "", ""},
      {"timeline", R"(<SegmentTemplate media="$Time$.m4s" presentationTimeOffset="7">
          <SegmentTimeline><S t="7" d="6" r="1"/></SegmentTimeline></SegmentTemplate>)",
       2, "https://h.example/d/13.m4s", "", ""},
      {"list", R"(<SegmentList duration="6"><Initialization sourceURL="i.mp4"/>
          <SegmentURL media="a"/><SegmentURL mediaRange="5-9"/></SegmentList>)",
       2, "https://h.example/d/m.mpd", "5-9", "https://h.example/d/i.mp4"},
      {"whole file", R"(<BaseURL>sub/f.mp4</BaseURL>)", 1, "https://h.example/d/sub/f.mp4", "", ""},
      {"SegmentBase without an index is a whole file", R"(<BaseURL>f.mp4</BaseURL>
          <SegmentBase><Initialization range="0-99"/></SegmentBase>)",
       1, "https://h.example/d/f.mp4", "", ""},
      {"template without numbers", R"(<SegmentTemplate media="one.vtt"/>)", 1,
       "https://h.example/d/one.vtt", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation = present(static_mpd(std::string("<Representation id=\"r\">") +
                                                 c.representation + "</Representation>"));
    const playhead::Representation& r = only(presentation);
    REQUIRE(r.segments != nullptr);
    REQUIRE(r.segments->size() == c.count);
    const Segment last = r.segments->at(c.count - 1);
    CHECK(last.media.url == c.last_url);
    CHECK(last.end == MediaTime{12'000'000});
    CHECK((last.media.range ? std::to_string(last.media.range->first) + "-" +
                                  std::to_string(*last.media.range->last)
                            : "") == c.last_range);
    CHECK((last.init ? last.init->url : "") == c.init);
  }
}

TEST_CASE("dash presentation: SegmentBase becomes a sidx source") {
  const auto presentation = present(static_mpd(
      R"(<Representation><BaseURL>f.mp4</BaseURL><SegmentBase indexRange="800-899" timescale="90000"
         presentationTimeOffset="180000"/></Representation>)"));
  const playhead::Representation& r = only(presentation);
  CHECK(r.segments == nullptr);
  CHECK(r.index_source.kind == IndexSource::Kind::kSidx);
  CHECK(r.index_source.location ==
        ResourceLocation{"https://h.example/d/f.mp4", ByteRange{800, 899}});
  REQUIRE(r.index_source.init != nullptr);
  CHECK(r.index_source.init->range == ByteRange{0, 799});
  CHECK(r.media_offset == Duration{-2s});
}

TEST_CASE("dash presentation: inheritance from Period to Representation") {
  const auto presentation = present(R"(
<MPD mediaPresentationDuration="PT8S"><BaseURL>https://cdn.example/x/</BaseURL><Period>
  <BaseURL>p/</BaseURL>
  <SegmentTemplate timescale="1000" media="$Number$.m4s" startNumber="10"/>
  <AdaptationSet contentType="video" codecs="avc1.4d401f" width="640" frameRate="30000/1001">
    <SegmentTemplate duration="4000"/>
    <Representation id="b" bandwidth="2" mimeType="video/mp4"><BaseURL>b/</BaseURL>
      <SegmentTemplate startNumber="20"/></Representation>
    <Representation id="a" bandwidth="1" mimeType="video/mp4" width="320"><BaseURL>/a/</BaseURL>
    </Representation>
  </AdaptationSet></Period></MPD>)");
  REQUIRE(presentation.has_value());
  const auto& representations = presentation->periods[0].adaptation_sets[0].representations;
  REQUIRE(representations.size() == 2);
  CHECK(representations[0].id == "a");  // ascending by bandwidth
  CHECK(representations[0].width == 320);
  CHECK(representations[1].width == 640);
  CHECK(representations[1].codecs == "avc1.4d401f");
  CHECK(representations[1].frame_rate == doctest::Approx(29.97).epsilon(0.001));
  CHECK(representations[0].container == Container::kFmp4);
  CHECK(representations[0].segments->at(1).media.url == "https://cdn.example/a/11.m4s");
  CHECK(representations[1].segments->at(1).media.url == "https://cdn.example/x/p/b/21.m4s");
}

TEST_CASE("dash presentation: Period times, said and inferred") {
  struct Case {
    const char* name;
    const char* mpd_duration;
    const char* first;
    const char* second;
    int64_t starts_s[2];
    int64_t durations_s[2];  // -1 unknown
  };
  const Case cases[] = {
      {"durations", "PT30S", "duration='PT10S'", "duration='PT20S'", {0, 10}, {10, 20}},
      {"starts", "PT30S", "start='PT0S'", "start='PT12S'", {0, 12}, {12, 18}},
      {"start beats the duration before",
       "PT30S",
       "duration='PT10S'",
       "start='PT11S'",
       {0, 11},
       {10, 19}},
      {"the last one is open", "", "duration='PT10S'", "", {0, 10}, {10, -1}},
      {"shorter than its Periods", "PT5S", "duration='PT10S'", "", {0, 10}, {10, 0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string duration =
        *c.mpd_duration == '\0'
            ? ""
            : std::string(" mediaPresentationDuration='") + c.mpd_duration + "'";
    const std::string set =
        "<AdaptationSet mimeType='video/mp4'><SegmentTemplate media='$Time$'><SegmentTimeline>"
        "<S d='5' r='1'/></SegmentTimeline></SegmentTemplate><Representation id='r'/>"
        "</AdaptationSet></Period>";
    const auto presentation = present("<MPD" + duration + "><Period id='x' " + c.first + ">" + set +
                                      "<Period " + c.second + ">" + set + "</MPD>");
    REQUIRE(presentation.has_value());
    REQUIRE(presentation->periods.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      const playhead::Period& period = presentation->periods[i];
      CHECK(period.start.us == c.starts_s[i] * 1'000'000);
      CHECK(period.duration.value_or(-1s) == Duration{c.durations_s[i] * 1'000'000});
      CHECK(period.adaptation_sets[0].representations[0].segments->start() == period.start);
    }
    CHECK(presentation->periods[0].adaptation_sets[0].representations[0].id == "x/r");
    CHECK(presentation->periods[1].adaptation_sets[0].representations[0].id == "p1/r");
  }
}

TEST_CASE("dash presentation: what kind of AdaptationSet") {
  struct Case {
    const char* name;
    const char* set;
    const char* kind;  // "" for left out
  };
  const Case cases[] = {
      {"content type", "<AdaptationSet contentType='audio'><Representation/>", "audio"},
      {"mime type", "<AdaptationSet mimeType='video/mp4'><Representation/>", "video"},
      {"mime type of the Representation", "<AdaptationSet><Representation mimeType='audio/mp4'/>",
       "audio"},
      {"codecs", "<AdaptationSet><Representation codecs='hvc1.1.6'/>", "video"},
      {"text in MP4", "<AdaptationSet mimeType='application/mp4' codecs='stpp'><Representation/>",
       "text"},
      {"TTML", "<AdaptationSet mimeType='application/ttml+xml'><Representation/>", "text"},
      {"component", "<AdaptationSet><ContentComponent contentType='video'/><Representation/>",
       "video"},
      {"image", "<AdaptationSet contentType='image'><Representation/>", "image"},
      {"trick mode",
       "<AdaptationSet mimeType='video/mp4'><EssentialProperty "
       "schemeIdUri='http://dashif.org/guidelines/trickmode' value='1'/><Representation/>",
       "video"},
      {"unknown", "<AdaptationSet><Representation/>", ""},
      {"no Representation", "<AdaptationSet mimeType='video/mp4'>", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation =
        present(std::string("<MPD mediaPresentationDuration='PT8S'><Period>") + c.set +
                "</AdaptationSet></Period></MPD>");
    std::string kind;
    if (presentation) {
      const TrackKind k = presentation->periods[0].adaptation_sets[0].kind;
      kind = k == TrackKind::kVideo   ? "video"
             : k == TrackKind::kAudio ? "audio"
             : k == TrackKind::kImage ? "image"
                                      : "text";
    } else {
      CHECK(presentation.error().code == ErrorCode::kManifestEmpty);
    }
    CHECK(kind == c.kind);
  }
}

TEST_CASE("dash presentation: roles, languages, channels, protection") {
  const auto presentation = present(R"(<MPD mediaPresentationDuration="PT8S"><Period>
<AdaptationSet contentType="audio" lang="fr"><Representation id="1"><AudioChannelConfiguration
  schemeIdUri="tag:dolby.com,2014:dash:audio_channel_configuration:2011" value="F801"/>
  </Representation></AdaptationSet>
<AdaptationSet contentType="audio" lang="de"><Role value="main"/><Representation id="2">
  <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
  value="2"/><ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011"/></Representation>
  </AdaptationSet>
<AdaptationSet contentType="text" lang="de"><Role value="forced-subtitle"/><Representation id="2"/>
  </AdaptationSet></Period></MPD>)");
  REQUIRE(presentation.has_value());
  const auto& sets = presentation->periods[0].adaptation_sets;
  REQUIRE(sets.size() == 3);
  CHECK_FALSE(sets[0].is_default);
  CHECK(sets[0].representations[0].channels == 6);
  CHECK(sets[1].is_default);
  CHECK(sets[1].is_encrypted);
  CHECK_FALSE(sets[0].is_encrypted);
  CHECK(sets[1].representations[0].channels == 2);
  CHECK(sets[2].is_forced);
  CHECK(sets[2].language == "de");
  CHECK(sets[2].representations[0].id == "2#2");  // unique although the MPD's are not
}

TEST_CASE("dash presentation: Representations that inherit a timeline share it") {
  std::string text = static_mpd(
      "<SegmentTemplate media='$Number$'><SegmentTimeline>"
      "<S d='6' r='1'/></SegmentTimeline></SegmentTemplate>"
      "<Representation id='a'/><Representation id='b'/>");
  const auto presentation = present(text);
  REQUIRE(presentation.has_value());
  const auto& r = presentation->periods[0].adaptation_sets[0].representations;
  CHECK(r[0].segments->end() == r[1].segments->end());
  CHECK(presentation->duration == 12s);
  CHECK(presentation->type == PresentationType::kVod);
}

TEST_CASE("dash presentation: the end of the media stands in for a missing duration") {
  const auto presentation = present(
      "<MPD><Period><AdaptationSet mimeType='video/mp4'><SegmentTemplate media='$Number$'>"
      "<SegmentTimeline><S d='6' r='1'/></SegmentTimeline></SegmentTemplate><Representation/>"
      "</AdaptationSet></Period></MPD>");
  REQUIRE(presentation.has_value());
  CHECK(presentation->duration == 12s);
}

}  // namespace playhead::dash
