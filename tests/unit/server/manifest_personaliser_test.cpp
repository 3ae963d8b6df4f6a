// SPDX-License-Identifier: Apache-2.0
#include "manifest_personaliser.h"

#include <doctest/doctest.h>

using namespace playhead::server;

namespace {

const UriPersonaliser kUris("exp=1&sig=ab", "/media/m_1/", "https://cdn.example");

// White space outside of the root element is not part of an XML document's content, and not kept.
std::string mpd(const std::string& inside) {
  return "<?xml version=\"1.0\"?><!-- kept --><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">\n "
         " " +
         inside + "\n</MPD>";
}

}  // namespace

TEST_CASE("uri_query: which URIs get the query") {
  struct Case {
    const char* name;
    const char* uri;
    const char* expected;
  };
  const Case cases[] = {
      {"relative", "a.m4s", "a.m4s?exp=1&sig=ab"},
      {"relative, in a folder", "v/1/a.m4s", "v/1/a.m4s?exp=1&sig=ab"},
      {"relative, upwards", "../ts/a.ts", "../ts/a.ts?exp=1&sig=ab"},
      {"with a query", "a.m4s?x=1", "a.m4s?x=1&exp=1&sig=ab"},
      {"with a fragment", "a.mp4#t=1", "a.mp4?exp=1&sig=ab#t=1"},
      {"with both", "a.mp4?x#y", "a.mp4?x&exp=1&sig=ab#y"},
      {"colon in a later segment", "v/a:b.ts", "v/a:b.ts?exp=1&sig=ab"},
      {"this title by absolute path", "/media/m_1/a.ts", "/media/m_1/a.ts?exp=1&sig=ab"},
      {"other title", "/media/m_2/a.ts", "/media/m_2/a.ts"},
      {"other path", "/v1/license", "/v1/license"},
      {"own origin", "https://cdn.example/media/m_1/a.ts",
       "https://cdn.example/media/m_1/a.ts?exp=1&sig=ab"},
      {"own origin, other title", "https://cdn.example/media/m_2/a.ts",
       "https://cdn.example/media/m_2/a.ts"},
      {"origin that begins like ours", "https://cdn.example.evil/media/m_1/a.ts",
       "https://cdn.example.evil/media/m_1/a.ts"},
      {"other host", "https://ads.example/a.ts", "https://ads.example/a.ts"},
      {"other host without scheme", "//ads.example/a.ts", "//ads.example/a.ts"},
      {"data", "data:text/plain,x", "data:text/plain,x"},
      {"key of a DRM system", "skd://key", "skd://key"},
      {"urn", "urn:uuid:1", "urn:uuid:1"},
      {"fragment alone", "#a", "#a"},
      {"empty", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(kUris.apply(c.uri) == c.expected);
  }
}

TEST_CASE("personalise_hls: lines and attributes") {
  struct Case {
    const char* name;
    const char* in;
    const char* out;
  };
  const Case cases[] = {
      {"empty", "", ""},
      {"segment line", "#EXTINF:4,\na.ts\n", "#EXTINF:4,\na.ts?exp=1&sig=ab\n"},
      {"no line end at the end", "#EXTM3U\na.ts", "#EXTM3U\na.ts?exp=1&sig=ab"},
      {"CR LF", "#EXTM3U\r\na.ts\r\n", "#EXTM3U\r\na.ts?exp=1&sig=ab\r\n"},
      {"blank lines and trailing blanks", "\n\na.ts \n", "\n\na.ts?exp=1&sig=ab \n"},
      {"comment", "# URI=\"a.ts\"\n", "# URI=\"a.ts\"\n"},
      {"map with range", "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"10@0\"\n",
       "#EXT-X-MAP:URI=\"i.mp4?exp=1&sig=ab\",BYTERANGE=\"10@0\"\n"},
      {"rendition: only its URI changes",
       "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x, URI=y\",DEFAULT=YES,URI=\"a.m3u8\"\n",
       "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x, "
       "URI=y\",DEFAULT=YES,URI=\"a.m3u8?exp=1&sig=ab\"\n"},
      {"rendition without URI",
       "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",INSTREAM-ID=\"CC1\"\n",
       "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",INSTREAM-ID=\"CC1\"\n"},
      {"key", "#EXT-X-KEY:METHOD=AES-128,URI=\"k.key\",IV=0x1\n",
       "#EXT-X-KEY:METHOD=AES-128,URI=\"k.key?exp=1&sig=ab\",IV=0x1\n"},
      {"key of a DRM system stays",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"f\"\n",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"f\"\n"},
      {"I-frame playlist", "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n",
       "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8?exp=1&sig=ab\"\n"},
      {"part and hint",
       "#EXT-X-PART:DURATION=0.5,URI=\"p.mp4\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q.mp4\"\n",
       "#EXT-X-PART:DURATION=0.5,URI=\"p.mp4?exp=1&sig=ab\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q."
       "mp4?exp=1&sig=ab\"\n"},
      {"attribute whose name ends alike", "#EXT-X-FOO:X-OTHER-URI=\"a.ts\"\n",
       "#EXT-X-FOO:X-OTHER-URI=\"a.ts\"\n"},
      {"unclosed quote stays", "#EXT-X-MAP:URI=\"i.mp4\n", "#EXT-X-MAP:URI=\"i.mp4\n"},
      {"variant", "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"a,b\"\nv.m3u8\n",
       "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"a,b\"\nv.m3u8?exp=1&sig=ab\n"},
      {"segment of another host stays", "https://ads.example/a.ts\n", "https://ads.example/a.ts\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(personalise_hls(c.in, kUris) == c.out);
  }
}

TEST_CASE("personalise_dash: every kind of URI, templates included") {
  struct Case {
    const char* name;
    const char* in;
    const char* out;
  };
  const Case cases[] = {
      {"template",
       R"(<SegmentTemplate media="s-$RepresentationID$-$Number%05d$.m4s" initialization="i-$Bandwidth$.mp4" startNumber="1"/>)",
       R"(<SegmentTemplate media="s-$RepresentationID$-$Number%05d$.m4s?exp=1&amp;sig=ab" initialization="i-$Bandwidth$.mp4?exp=1&amp;sig=ab" startNumber="1"/>)"},
      {"template index and switching",
       R"(<SegmentTemplate index="$Time$.idx" bitstreamSwitching="b.mp4"/>)",
       R"(<SegmentTemplate index="$Time$.idx?exp=1&amp;sig=ab" bitstreamSwitching="b.mp4?exp=1&amp;sig=ab"/>)"},
      {"template with a query of its own", R"(<SegmentTemplate media="s.m4s?a=1&amp;b=2"/>)",
       R"(<SegmentTemplate media="s.m4s?a=1&amp;b=2&amp;exp=1&amp;sig=ab"/>)"},
      {"base URL that is the file", "<Representation><BaseURL> v.mp4 </BaseURL></Representation>",
       "<Representation><BaseURL>v.mp4?exp=1&amp;sig=ab</BaseURL></Representation>"},
      {"list",
       R"(<SegmentList><Initialization sourceURL="i.mp4"/><SegmentURL media="a.m4s" index="a.idx" mediaRange="0-1"/></SegmentList>)",
       R"(<SegmentList><Initialization sourceURL="i.mp4?exp=1&amp;sig=ab"/><SegmentURL media="a.m4s?exp=1&amp;sig=ab" index="a.idx?exp=1&amp;sig=ab" mediaRange="0-1"/></SegmentList>)"},
      {"segment base", R"(<SegmentBase><RepresentationIndex sourceURL="i.sidx"/></SegmentBase>)",
       R"(<SegmentBase><RepresentationIndex sourceURL="i.sidx?exp=1&amp;sig=ab"/></SegmentBase>)"},
      {"foreign base: nothing below it",
       R"(<Period><BaseURL>https://ads.example/</BaseURL><SegmentTemplate media="a.m4s"/></Period>)",
       R"(<Period><BaseURL>https://ads.example/</BaseURL><SegmentTemplate media="a.m4s"/></Period>)"},
      {"one of two bases is ours",
       R"(<Period><BaseURL>https://b.example/</BaseURL><BaseURL>v/</BaseURL><SegmentTemplate media="a.m4s"/></Period>)",
       R"(<Period><BaseURL>https://b.example/</BaseURL><BaseURL>v/?exp=1&amp;sig=ab</BaseURL><SegmentTemplate media="a.m4s?exp=1&amp;sig=ab"/></Period>)"},
      {"absolute media of another host", R"(<SegmentTemplate media="https://ads.example/a.m4s"/>)",
       R"(<SegmentTemplate media="https://ads.example/a.m4s"/>)"},
      {"prefixed names",
       R"(<d:SegmentTemplate xmlns:d="urn:mpeg:dash:schema:mpd:2011" media="a.m4s"/>)",
       R"(<d:SegmentTemplate xmlns:d="urn:mpeg:dash:schema:mpd:2011" media="a.m4s?exp=1&amp;sig=ab"/>)"},
      {"remote period",
       R"(<Period xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="p.xml"/>)",
       R"(<Period xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="p.xml?exp=1&amp;sig=ab"/>)"},
      {"remote period that is to vanish",
       R"(<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"/>)",
       R"(<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"/>)"},
      {"location", "<Location>live.mpd</Location>",
       "<Location>live.mpd?exp=1&amp;sig=ab</Location>"},
      {"other text, attributes and white space stay",
       R"(<ProgramInformation><Title>a &amp; b &lt;c&gt;</Title></ProgramInformation><UTCTiming schemeIdUri="x" value="/time"/>)",
       R"(<ProgramInformation><Title>a &amp; b &lt;c&gt;</Title></ProgramInformation><UTCTiming schemeIdUri="x" value="/time"/>)"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto out = personalise_dash(mpd(c.in), kUris);
    REQUIRE(out.ok());
    CHECK(out.value() == mpd(c.out));
  }
}

TEST_CASE("personalise_dash: what is no XML is a typed error") {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<a>";
  for (int i = 0; i < 200; ++i) deep += "</a>";
  for (const std::string& bad :
       {std::string("<MPD><Period></MPD>"), std::string("not xml"), std::string(), deep}) {
    CAPTURE(bad.substr(0, 40));
    const auto out = personalise_dash(bad, kUris);
    REQUIRE_FALSE(out.ok());
    CHECK(out.error().code == "manifest_unreadable");
  }
}
