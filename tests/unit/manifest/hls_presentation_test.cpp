// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/hls_presentation.h"

#include <string>

#include <doctest/doctest.h>

#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

Presentation present(const std::string& lines) {
  Result<Presentation> presentation =
      parse_manifest(test::bytes_of("#EXTM3U\n" + lines), "https://h.example/d/m.m3u8");
  REQUIRE(presentation.has_value());
  return *std::move(presentation);
}

// "id(kind;group):representation,representation …"
std::string outline(const Presentation& presentation) {
  std::string text;
  for (const AdaptationSet& set : presentation.periods.at(0).adaptation_sets) {
    if (!text.empty()) text += " ";
    text += set.id + ":";
    for (const Representation& r : set.representations) {
      text += (text.back() == ':' ? "" : ",") + r.id;
    }
  }
  return text;
}

const std::string kAudioGroup =
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,"
    "URI=\"en.m3u8\"\n"
    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Deutsch\",LANGUAGE=\"de\",URI=\"de.m3u8\"\n";

}  // namespace

TEST_CASE("hls presentation: how variants and renditions become AdaptationSets") {
  struct Case {
    const char* name;
    std::string lines;
    const char* sets;
    bool may_carry_audio;  // of the first set
  };
  const Case cases[] = {
      {"muxed", "#EXT-X-STREAM-INF:BANDWIDTH=2\nhi\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlo\n",
       "video:v1,v0", true},
      {"alternate audio",
       kAudioGroup + "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.4d,mp4a.40.2\",AUDIO=\"a\"\nv\n",
       "video:v0 audio/a/English:audio/a/English audio/a/Deutsch:audio/a/Deutsch", false},
      {"group declared after use", "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv\n" + kAudioGroup,
       "video:v0 audio/a/English:audio/a/English audio/a/Deutsch:audio/a/Deutsch", false},
      {"main sound muxed, others apart",
       kAudioGroup + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Original\",LANGUAGE=\"fr\"\n"
                     "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv\n",
       "video:v0 audio/a/English:audio/a/English audio/a/Deutsch:audio/a/Deutsch", true},
      {"group that does not exist", "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"zz\"\nv\n", "video:v0",
       true},
      {"video codecs alone carry no sound", "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.4d\"\nv\n",
       "video:v0", false},
      {"sound alone beside video",
       "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"mp4a.40.2\"\na\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS=\"avc1.4d,mp4a.40.2\"\nv\n",
       "video:v1 audio:v0", true},
      {"sound alone that repeats a rendition",
       kAudioGroup + "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"mp4a.40.2\",AUDIO=\"a\"\nen.m3u8\n"
                     "#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS=\"avc1.4d\",AUDIO=\"a\"\nv\n",
       "video:v1 audio/a/English:audio/a/English audio/a/Deutsch:audio/a/Deutsch", false},
      {"only sound",
       "#EXT-X-STREAM-INF:BANDWIDTH=64,CODECS=\"mp4a.40.5\"\na\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=128,CODECS=\"mp4a.40.2\"\nb\n",
       "audio:v0,v1", false},
      {"same URI for two audio groups",
       "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv\n#EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO="
       "\"b\"\nv\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=3,AUDIO=\"a\"\nw\n",
       "video:v0,v2", true},
      {"subtitles, captions without media",
       "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"E\",URI=\"s\"\n"
       "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"C\",INSTREAM-ID=\"CC1\"\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES=\"s\"\nv\n",
       "video:v0 text/s/E:text/s/E", true},
      {"stable ids and equal names",
       "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"E\",URI=\"1\"\n"
       "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"E\",URI=\"2\"\n"
       "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\",STABLE-VARIANT-ID=\"one\"\nv\n",
       "video:one audio/a/E:audio/a/E audio/a/E#2:audio/a/E#2", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Presentation presentation = present(c.lines);
    CHECK(outline(presentation) == c.sets);
    CHECK(presentation.periods[0].adaptation_sets[0].may_carry_audio == c.may_carry_audio);
  }
}

TEST_CASE("hls presentation: groups, defaults, sources") {
  const Presentation presentation =
      present(kAudioGroup +
              "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"E\",FORCED=YES,URI=\"s\"\n"
              "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"b\",SUBTITLES=\"s\"\nv\n"
              "#EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO=\"a\",SUBTITLES=\"s\"\nv\n");
  const auto& sets = presentation.periods[0].adaptation_sets;
  REQUIRE(sets.size() == 4);
  const Representation& video = sets[0].representations[0];
  CHECK(video.audio_group == "b");
  CHECK(video.alternate_audio_groups == std::vector<std::string>{"a"});
  CHECK(video.text_group == "s");
  CHECK(video.index_source.kind == IndexSource::Kind::kHlsMediaPlaylist);
  CHECK(video.index_source.location.url == "https://h.example/d/v");
  CHECK(sets[1].group == "a");
  CHECK(sets[1].is_default);
  CHECK(sets[1].language == "en");
  CHECK(sets[2].label == "Deutsch");
  CHECK_FALSE(sets[2].is_default);
  CHECK(sets[3].kind == TrackKind::kText);
  CHECK(sets[3].is_forced);
  CHECK_FALSE(presentation.duration.has_value());
}

TEST_CASE("hls presentation: a media playlist alone") {
  struct Case {
    const char* name;
    const char* lines;
    TrackKind kind;
    Container container;
    PresentationType type;
  };
  const Case cases[] = {
      {"MPEG-TS", "#EXTINF:2,\na.TS?x=1.mp4\n#EXT-X-ENDLIST\n", TrackKind::kVideo,
       Container::kMpegTs, PresentationType::kVod},
      {"fragmented MP4", "#EXT-X-MAP:URI=\"i\"\n#EXTINF:2,\na\n#EXT-X-ENDLIST\n", TrackKind::kVideo,
       Container::kFmp4, PresentationType::kVod},
      {"packed audio", "#EXTINF:2,\na.aac\n#EXT-X-ENDLIST\n", TrackKind::kAudio,
       Container::kPackedAudio, PresentationType::kVod},
      {"WebVTT", "#EXTINF:2,\na.vtt\n#EXT-X-ENDLIST\n", TrackKind::kText, Container::kWebVtt,
       PresentationType::kVod},
      {"unknown, live", "#EXTINF:2,\na.b/c\n", TrackKind::kVideo, Container::kUnknown,
       PresentationType::kLive},
      {"whole by its type alone", "#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\na.ts\n", TrackKind::kVideo,
       Container::kMpegTs, PresentationType::kVod},
      {"event", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:2,\na.ts\n", TrackKind::kVideo,
       Container::kMpegTs, PresentationType::kEvent},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Presentation presentation = present(std::string("#EXT-X-TARGETDURATION:2\n") + c.lines);
    const AdaptationSet& set = presentation.periods.at(0).adaptation_sets.at(0);
    CHECK(set.kind == c.kind);
    CHECK(set.may_carry_audio == (c.kind == TrackKind::kVideo));
    CHECK(set.representations[0].container == c.container);
    CHECK(set.representations[0].segments->size() == 1);
    CHECK(presentation.type == c.type);
    CHECK(presentation.duration.has_value() == (c.type == PresentationType::kVod));
  }
}

TEST_CASE("hls presentation: a playlist loaded later inherits variables") {
  const Presentation presentation =
      present("#EXT-X-DEFINE:NAME=\"x\",VALUE=\"seg\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n");
  const Representation& r = presentation.periods[0].adaptation_sets[0].representations[0];
  const auto index =
      parse_index(r.index_source, r,
                  test::bytes_of("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-DEFINE:IMPORT=\"x\"\n"
                                 "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:9,\n{$x}.ts\n"),
                  "https://cdn.example/e/v.m3u8");
  REQUIRE(index.has_value());
  CHECK(index->segments->at(0).media.url == "https://cdn.example/e/seg.ts");
  CHECK(index->container == Container::kMpegTs);
  CHECK(index->type == PresentationType::kLive);
  CHECK(index->target_duration == 9s);
  CHECK(index->is_encrypted);
  CHECK(index->url == "https://cdn.example/e/v.m3u8");
}

TEST_CASE("hls presentation: identity keys need no DRM system, others do") {
  struct Case {
    const char* name;
    const char* lines;
    bool is_encrypted, needs_drm_system;
    const char* iv;  // of the last key that is an identity key
  };
  const Case cases[] = {
      {"clear", "#EXTINF:9,\na.ts\n", false, false, ""},
      {"an identity key", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x12\n#EXTINF:9,\na.ts\n", true,
       false, "00000000000000000000000000000012"},
      {"a vector of 8 bytes",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\",IV=0x3334353637383930\n#EXTINF:9,\na.ts\n", true,
       false, "33343536373839300000000000000000"},
      {"a vector that is no number",
       "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xZZ\n#EXTINF:9,\na.ts\n", true, false, "bad"},
      {"a vector without 0x",
       "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=33343536373839303334353637383930\n#EXTINF:9,\na."
       "ts\n",
       true, false, "bad"},
      {"a vector of 17 bytes",
       "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x0033343536373839303334353637383930\n#EXTINF:9,\n"
       "a.ts\n",
       true, false, "bad"},
      {"another beside it",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\n"
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\",KEYFORMAT=\"identity\"\n#EXTINF:9,\na.ts\n",
       true, false, ""},
      {"another, and then it",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\n#EXTINF:9,\nb.ts\n"
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:9,\na.ts\n",
       true, true, ""},
      {"of the init segment alone",
       "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"\n"
       "#EXT-X-MAP:URI=\"i\"\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:9,\na.ts\n",
       true, true, ""},
      {"a method nobody knows", "#EXT-X-KEY:METHOD=ROT13,URI=\"k\"\n#EXTINF:9,\na.ts\n", true, true,
       ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto parsed =
        parse_manifest(test::bytes_of("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:9\n" +
                                      std::string(c.lines) + "#EXT-X-ENDLIST\n"),
                       "https://cdn.example/e/v.m3u8");
    REQUIRE(parsed);
    const AdaptationSet& set = parsed->periods[0].adaptation_sets[0];
    CHECK(set.is_encrypted == c.needs_drm_system);
    const SegmentIndex& segments = *set.representations[0].segments;
    const Segment last = segments.at(segments.size() - 1);
    const SegmentKey* key = identity_key(last.keys.get());
    std::string iv = key && key->has_bad_iv ? "bad" : "";
    if (key && key->iv) {
      for (const uint8_t byte : *key->iv) {
        iv += "0123456789abcdef"[byte >> 4];
        iv += "0123456789abcdef"[byte & 15];
      }
    }
    CHECK(iv == c.iv);
    IndexSource source;
    source.kind = IndexSource::Kind::kHlsMediaPlaylist;
    source.location.url = "https://cdn.example/e/v.m3u8";
    const auto index =
        parse_index(source, set.representations[0],
                    test::bytes_of("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:9\n" +
                                   std::string(c.lines) + "#EXT-X-ENDLIST\n"),
                    source.location.url);
    REQUIRE(index);
    CHECK(index->is_encrypted == c.is_encrypted);
    CHECK(index->needs_drm_system == c.needs_drm_system);
  }
}

}  // namespace playhead::hls
