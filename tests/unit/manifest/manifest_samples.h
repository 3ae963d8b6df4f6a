// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace playhead::test {

// Sixty short manifests that can be read; together they have everything the parsers look at.
[[nodiscard]] inline std::vector<std::string> sample_manifests() {
  std::vector<std::string> samples;
  // Tags of a media playlist, in front of its first segment.
  for (const char* tags :
       {"",
        "#EXT-X-MAP:URI=\"i.mp4\"\n",
        "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"10@0\"\n#EXT-X-BYTERANGE:9@10\n",
        "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x00000000000000000000000000000001\n",
        "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\n",
        "#EXT-X-KEY:METHOD=NONE\n",
        "#EXT-X-DISCONTINUITY\n",
        "#EXT-X-DISCONTINUITY-SEQUENCE:3\n",
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z\n",
        "#EXT-X-BITRATE:1000\n",
        "#EXT-X-GAP\n",
        "#EXT-X-DATERANGE:ID=\"d\",START-DATE=\"2026-01-01T00:00:00Z\",DURATION=4,X-A=\"b\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"s\"\n",
        "#EXT-X-START:TIME-OFFSET=-4,PRECISE=YES\n",
        "#EXT-X-PLAYLIST-TYPE:VOD\n",
        "#EXT-X-PLAYLIST-TYPE:EVENT\n",
        "#EXT-X-I-FRAMES-ONLY\n#EXT-X-BYTERANGE:9@0\n",
        "#EXT-X-INDEPENDENT-SEGMENTS\n",
        "#EXT-X-ALLOW-CACHE:NO\n",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.2\n"
        "#EXT-X-PART-INF:PART-TARGET=0.4\n#EXT-X-PART:DURATION=0.4,URI=\"p\",INDEPENDENT=YES\n",
        "#EXT-X-PART-INF:PART-TARGET=0.4\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"h\"\n",
        "#EXT-X-RENDITION-REPORT:URI=\"r\",LAST-MSN=2\n",
        "#EXT-X-MEDIA-SEQUENCE:9\n",
        "# words\n\n#EXT-X-UNKNOWN:A=1\n",
        "#EXT-X-CUE-OUT:4\n",
        "#EXT-X-IMAGES-ONLY\n#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=5x2,DURATION=4\n"}) {
    samples.push_back(std::string("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n") + tags +
                      "#EXTINF:4.004,t\na.mp4\n#EXTINF:4,\nb.mp4\n#EXT-X-ENDLIST\n");
  }
  // Tags in front of a Variant, and more of its attributes.
  struct Variant {
    const char* tags;
    const char* attributes;
  };
  for (const Variant& variant :
       {Variant{"", ""},
        {"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",LANGUAGE=\"en\",URI=\"a\"\n",
         ",AUDIO=\"a\""},
        {"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"n\",FORCED=YES,URI=\"s\"\n",
         ",SUBTITLES=\"s\""},
        {"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"n\",INSTREAM-ID=\"CC1\"\n",
         ",CLOSED-CAPTIONS=\"c\""},
        {"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI=\"k\"\n", ""},
        {"#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9,RESOLUTION=9x9,URI=\"g\"\n", ""},
        {"#EXT-X-SESSION-DATA:DATA-ID=\"d\",VALUE=\"v\"\n", ""},
        {"#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\"\n", ""},
        {"#EXT-X-CONTENT-STEERING:SERVER-URI=\"s\",PATHWAY-ID=\"A\"\n", ",PATHWAY-ID=\"A\""},
        {"#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"\n", ",NAME=\"{$n}\""},
        {"", ",RESOLUTION=10x10,FRAME-RATE=25,HDCP-LEVEL=TYPE-1"},
        {"", ",AVERAGE-BANDWIDTH=90,VIDEO-RANGE=PQ,CODECS=\"hvc1.2.4.L93.B0\""},
        {"#EXT-X-STREAM-INF:BANDWIDTH=100\nother\n", ""},
        {"#EXT-X-START:TIME-OFFSET=4\n#EXT-X-INDEPENDENT-SEGMENTS\n", ""}}) {
    samples.push_back(std::string("#EXTM3U\n") + variant.tags + "#EXT-X-STREAM-INF:BANDWIDTH=100" +
                      variant.attributes + "\nv.m3u8\n");
  }
  // What is in an MPD's AdaptationSet beside its Representation.
  const std::string timeline = "<SegmentTemplate media='$Time$'><SegmentTimeline>";
  const std::string numbers = "<SegmentTemplate media='$Number$' duration='4'/>";
  for (const std::string& set :
       {numbers, timeline + "<S t='0' d='4' r='2'/><S d='3'/></SegmentTimeline></SegmentTemplate>",
        timeline + "<S t='0' d='4' r='-1'/></SegmentTimeline></SegmentTemplate>",
        std::string("<SegmentList duration='4'><SegmentURL media='a'/></SegmentList>"),
        std::string("<BaseURL>f.mp4</BaseURL><SegmentBase indexRange='9-99'/>"),
        "<BaseURL>//h/</BaseURL><BaseURL>b/</BaseURL>" + numbers,
        "<ContentProtection schemeIdUri='urn:mpeg:dash:mp4protection:2011' value='cenc'/>" +
            numbers,
        "<Role schemeIdUri='urn:mpeg:dash:role:2011' value='main'/><Label>l</Label>" + numbers,
        "<EssentialProperty schemeIdUri='urn:x' value='1'/>" + numbers,
        "<SupplementalProperty schemeIdUri='urn:mpeg:dash:adaptation-set-switching:2016'/>" +
            numbers,
        "<Accessibility schemeIdUri='urn:scte:dash:cc:cea-608:2015' value='CC1=eng'/>" + numbers,
        "<AudioChannelConfiguration schemeIdUri='urn:x' value='2'/>" + numbers,
        "<InbandEventStream schemeIdUri='urn:x'/>" + numbers,
        "<Viewpoint schemeIdUri='urn:x'/><Rating schemeIdUri='urn:x'/>" + numbers,
        "<!-- words --><Label><![CDATA[<l>]]></Label>" + numbers,
        std::string("<SegmentTemplate media='$Number%05d$' startNumber='7' timescale='90000' "
                    "duration='360000' initialization='i'/>"),
        "<UnknownElement a='&amp;'/>" + numbers}) {
    samples.push_back(
        "<MPD mediaPresentationDuration='PT8S'><Period><AdaptationSet "
        "mimeType='video/mp4'>" +
        set + "<Representation id='1' bandwidth='1'/></AdaptationSet></Period></MPD>");
  }
  // Around its sets.
  const std::string set = "<AdaptationSet mimeType='video/mp4'>" + numbers +
                          "<Representation id='1' bandwidth='1'/></AdaptationSet>";
  samples.push_back(
      "<MPD><Period duration='PT8S'><EventStream schemeIdUri='u'><Event id='1'>e"
      "</Event></EventStream>" +
      set + "</Period><Period duration='PT4S'>" + set + "</Period></MPD>");
  samples.push_back(
      "<d:MPD xmlns:d='urn:mpeg:dash:schema:mpd:2011' type='dynamic' "
      "availabilityStartTime='2026-01-01T00:00:00Z' minimumUpdatePeriod='PT2S'>"
      "<UTCTiming schemeIdUri='u' value='v'/><Period start='PT0S'>" +
      set + "</Period></d:MPD>");
  samples.push_back(
      "<?xml version='1.0'?><MPD mediaPresentationDuration='PT8S'><ServiceDescription>"
      "<Latency target='3500'/></ServiceDescription><Location>l</Location><Period>" +
      set + "</Period></MPD>");
  return samples;
}

}  // namespace playhead::test
