// SPDX-License-Identifier: Apache-2.0
#include "manifest/presentation_dump.h"

#include <doctest/doctest.h>

#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead {

TEST_CASE("presentation dump: a DASH title") {
  const auto presentation = parse_manifest(test::bytes_of(R"(
<MPD mediaPresentationDuration="PT9S"><Period>
<AdaptationSet id="v" mimeType="video/mp4" codecs="avc1.4d401f">
  <SegmentTemplate media="$Number$.m4s" initialization="i.mp4" duration="3"/>
  <Representation id="1" bandwidth="1000" width="640" height="360" frameRate="25"/></AdaptationSet>
<AdaptationSet mimeType="audio/mp4" lang="en"><Label>A "b"</Label>
  <Representation id="2" bandwidth="64"><BaseURL>https://o.example/a.mp4</BaseURL>
  <SegmentBase indexRange="10-19"/></Representation></AdaptationSet></Period></MPD>)"),
                                           "https://h.example/d/m.mpd?sig=1/2");
  REQUIRE(presentation.has_value());
  CHECK(dump(*presentation, {2, true}) ==
        R"(presentation format=dash type=vod duration=9.000000
  period id=p0 start=0.000000 duration=9.000000
    adaptation_set id=v kind=video default autoselect
      representation id=1 bandwidth=1000 codecs=avc1.4d401f container=fmp4 width=640 height=360 frame_rate_millihertz=25000 media_offset=0.000000
        segments count=3 start=0.000000 end=9.000000
          segment number=1 start=0.000000 end=3.000000 media=1.m4s init=i.mp4
          segment number=2 start=3.000000 end=6.000000 media=2.m4s init=i.mp4
          ...
          segment number=3 start=6.000000 end=9.000000 media=3.m4s init=i.mp4
    adaptation_set id=as1 kind=audio language=en label="A \"b\"" default autoselect
      representation id=2 bandwidth=64 container=fmp4 media_offset=0.000000
        index kind=sidx location=https://o.example/a.mp4[10-19] init=https://o.example/a.mp4[0-9]
)");
}

TEST_CASE("presentation dump: an HLS playlist") {
  const auto presentation = parse_manifest(
      test::bytes_of(
          "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:9\n"
          "#EXTINF:1.5,\n"
          "#EXT-X-BYTERANGE:10@0\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\n#EXT-X-GAP\nb.ts\n"),
      "https://h.example/d/m.m3u8");
  REQUIRE(presentation.has_value());
  CHECK(dump(*presentation) ==
        R"(presentation format=hls type=live
  live suggested_delay=6.000000 update_period=2.000000
  period id=0 start=0.000000
    adaptation_set id=video kind=video may_carry_audio default autoselect
      representation id=v0 container=mpeg-ts
        segments count=2 start=0.000000 end=3.500000
          segment number=9 start=0.000000 end=1.500000 media=a.ts[0-9]
          segment number=10 start=1.500000 end=3.500000 media=b.ts discontinuity=1 gap
)");
}

TEST_CASE("presentation dump: what a live MPD carries") {
  const auto presentation = parse_manifest(test::bytes_of(R"(
<MPD id="m" type="dynamic" availabilityStartTime="1970-01-01T00:00:10Z" minimumUpdatePeriod="PT2S"
 publishTime="1970-01-01T00:00:20Z" minBufferTime="PT1S"><PatchLocation ttl="60">p.mpp</PatchLocation>
<UTCTiming schemeIdUri="urn:t" value="now"/><BaseURL serviceLocation="a">a/</BaseURL>
<BaseURL serviceLocation="b">b/</BaseURL><Period id="0" start="PT0S">
<EventStream schemeIdUri="urn:e"><Event id="1" presentationTime="3">x</Event></EventStream>
<AdaptationSet id="v" mimeType="video/mp4"><ContentProtection schemeIdUri="urn:p" value="v"/>
<SegmentTemplate media="$Number$-$SubNumber$" duration="4" k="2" endNumber="1"/>
<Representation id="1"/></AdaptationSet></Period></MPD>)"),
                                           "https://h.example/d/m.mpd");
  REQUIRE(presentation.has_value());
  CHECK(dump(*presentation) ==
        R"(presentation format=dash type=live min_buffer_time=1.000000
  live update_period=2.000000 availability_start=10.000000 publish_time=20.000000
    utc_timing scheme=urn:t value=now
    patch_location url=https://h.example/d/p.mpp ttl=60.000000
  period id=0 start=0.000000
    adaptation_set id=v kind=video default autoselect encrypted
      protection scheme=urn:p value=v
      representation id=0/1 container=fmp4 media_offset=0.000000 service_location=a
        segments count=1 start=0.000000 end=4.000000
          segment number=1 start=0.000000 end=4.000000 media=a/1-1
            part start=0.000000 end=2.000000 media=a/1-1 independent
            part start=2.000000 end=4.000000 media=a/1-2
        alternative name=b priority=1 weight=1 first=b/1-1
    event scheme=urn:e id=1 start=3.000000 message_bytes=1
)");
}

}  // namespace playhead
