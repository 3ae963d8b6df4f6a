// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include "manifest/manifest_parser.h"
#include "manifest/presentation_dump.h"
#include "unit/manifest/manifest_test_support.h"

// What of a playlist arrives in the model.
namespace playhead::hls {
namespace {

LoadedIndex load(const std::string& lines) {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  Result<LoadedIndex> index =
      parse_index(source, {}, test::bytes_of("#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + lines),
                  "https://h.example/d/l.m3u8");
  REQUIRE_MESSAGE(index.has_value(), lines);
  return *std::move(index);
}

Presentation present(const std::string& lines) {
  Result<Presentation> presentation =
      parse_manifest(test::bytes_of("#EXTM3U\n" + lines), "https://h.example/d/m.m3u8");
  REQUIRE_MESSAGE(presentation.has_value(), lines);
  return *std::move(presentation);
}

const AdaptationSet& set_named(const Presentation& presentation, const std::string& id) {
  for (const AdaptationSet& set : presentation.periods[0].adaptation_sets) {
    if (set.id == id) return set;
  }
  FAIL("no AdaptationSet " << id);
  return presentation.periods[0].adaptation_sets[0];
}

}  // namespace

TEST_CASE("hls model: keys, dates and bit rates of segments") {
  const LoadedIndex index = load(
      "#EXT-X-MEDIA-SEQUENCE:5\n#EXT-X-KEY:METHOD=AES-128,URI=\"k0\"\n#EXT-X-MAP:URI=\"i\"\n"
      "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\",KEYFORMAT=\"com.apple.streamingkeydelivery\","
      "KEYFORMATVERSIONS=\"1/2\"\n#EXT-X-BITRATE:800\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10Z\n#EXTINF:4,\na\n"
      "#EXTINF:4,\n#EXT-X-BYTERANGE:9@1\nb\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nc\n");
  const Segment a = index.segments->at(0);
  REQUIRE(a.keys != nullptr);
  REQUIRE(a.keys->size() == 2);
  CHECK((*a.keys)[0].uri == "https://h.example/d/k0");
  CHECK_FALSE((*a.keys)[0].iv.has_value());
  CHECK((*a.keys)[1].method == EncryptionMethod::kSampleAes);
  CHECK((*a.keys)[1].uri == "skd://x");
  CHECK((*a.keys)[1].key_format_versions == "1/2");
  REQUIRE(a.init_keys != nullptr);
  CHECK(a.init_keys->size() == 1);  // what was in force at EXT-X-MAP
  CHECK(a.date == WallTime{10'000'000});
  CHECK(a.bitrate.bps == 800'000);
  const Segment b = index.segments->at(1);
  CHECK(b.keys == a.keys);
  CHECK(b.bitrate.bps == 0);  // says nothing of byte ranges
  CHECK(b.date == WallTime{14'000'000});
  const Segment c = index.segments->at(2);
  CHECK(c.keys == nullptr);
  CHECK(c.init_keys == a.init_keys);
  CHECK(c.bitrate.bps == 800'000);
  CHECK(index.is_encrypted);
}

TEST_CASE("hls model: a live playlist that has only begun has no segment, and says when to ask") {
  struct Case {
    const char* name;
    const char* text;
    PresentationType type;
    Container container;
    std::size_t parts, hints;
    int64_t update_period_us;
  };
  const Case cases[] = {
      {"nothing yet", "#EXT-X-TARGETDURATION:4\n", PresentationType::kLive, Container::kUnknown, 0,
       0, 4'000'000},
      {"an event", "#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP:URI=\"i\"\n",
       PresentationType::kEvent, Container::kFmp4, 0, 0, 6'000'000},
      {"a hint", "#EXT-X-TARGETDURATION:4\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"0.0.ts\"\n",
       PresentationType::kLive, Container::kUnknown, 0, 1, 4'000'000},
      {"parts",
       "#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-MEDIA-SEQUENCE:3\n"
       "#EXT-X-PART:DURATION=1,URI=\"3.0.ts\"\n#EXT-X-PART:DURATION=0.5,URI=\"3.1.ts\"\n"
       "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"3.2.ts\"\n",
       PresentationType::kLive, Container::kMpegTs, 2, 1, 4'000'000},
      {"parts, and no target duration", "#EXT-X-PART:DURATION=1.5,URI=\"p\"\n",
       PresentationType::kLive, Container::kUnknown, 1, 0, 1'500'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string url = "https://h.example/d/list.m3u8";
    const auto text = test::bytes_of(std::string("#EXTM3U\n") + c.text);
    const Result<Presentation> presentation = parse_manifest(text, url);
    REQUIRE(presentation.has_value());
    CHECK(presentation->type == c.type);
    CHECK_FALSE(presentation->duration.has_value());
    REQUIRE(presentation->live.has_value());
    CHECK(presentation->live->update_period == Duration{c.update_period_us});
    const Representation& representation =
        presentation->periods.at(0).adaptation_sets.at(0).representations.at(0);
    CHECK(representation.container == c.container);
    const SegmentIndex& index = *representation.segments;
    CHECK(index.size() == 0);
    CHECK(index.start() == MediaTime{});
    CHECK(index.end() == MediaTime{});
    CHECK_FALSE(index.find(MediaTime{}).has_value());
    CHECK_FALSE(index.find_number(3).has_value());
    CHECK(index.parts(0).size() == c.parts);
    CHECK(index.preload_hints().size() == c.hints);
    const std::string printed = dump(*presentation);
    CHECK(printed.find("segments count=0") != std::string::npos);
    CHECK((printed.find("part start=0.000000") != std::string::npos) == (c.parts > 0));
    CHECK((printed.find("preload_hint") != std::string::npos) == (c.hints > 0));
  }
}

TEST_CASE("hls model: low latency") {
  const LoadedIndex index = load(
      "#EXT-X-PART-INF:PART-TARGET=1.02\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
      "CAN-SKIP-UNTIL=24,CAN-SKIP-DATERANGES=YES,HOLD-BACK=12.5,PART-HOLD-BACK=3.1\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:00Z\n"
      "#EXTINF:4,\na\n#EXT-X-PART:DURATION=1,URI=\"b\",BYTERANGE=\"100@0\",INDEPENDENT=YES\n"
      "#EXT-X-PART:DURATION=1.5,URI=\"b\",BYTERANGE=\"50\",GAP=YES\n#EXTINF:2.5,\nb\n"
      "#EXT-X-PART:DURATION=1,URI=\"c.0\"\n"
      "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"c.1\",BYTERANGE-START=7\n"
      "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"i\",BYTERANGE-START=3,BYTERANGE-LENGTH=4\n"
      "#EXT-X-RENDITION-REPORT:URI=\"../x.m3u8\",LAST-MSN=9,LAST-PART=2\n");
  CHECK(index.segments->parts(0).empty());
  const auto parts = index.segments->parts(1);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].start == MediaTime{4'000'000});
  CHECK(parts[0].is_independent);
  CHECK(parts[1].start == MediaTime{5'000'000});
  CHECK(parts[1].end == MediaTime{6'500'000});
  CHECK(parts[1].is_gap);
  REQUIRE(parts[1].media.range.has_value());
  CHECK(parts[1].media.range->first == 100);
  CHECK(parts[1].media.range->last == 149);
  const auto trailing = index.segments->parts(2);
  REQUIRE(trailing.size() == 1);
  CHECK(trailing[0].media.url == "https://h.example/d/c.0");
  CHECK(trailing[0].start == MediaTime{6'500'000});
  const auto hints = index.segments->preload_hints();
  REQUIRE(hints.size() == 2);
  CHECK_FALSE(hints[0].is_map);
  CHECK(hints[0].location.range->first == 7);
  CHECK_FALSE(hints[0].location.range->last.has_value());
  CHECK(hints[1].is_map);
  CHECK(hints[1].location.range->last == 6);
  REQUIRE(index.server_control.has_value());
  CHECK(index.server_control->can_block_reload);
  CHECK(index.server_control->can_skip_date_ranges);
  CHECK(index.server_control->can_skip_until == Duration{24s});
  CHECK(index.part_target == Duration{1'020'000});
  REQUIRE(index.live.has_value());
  CHECK(index.live->suggested_delay == Duration{12'500'000});
  CHECK(index.live->latency.target == Duration{3'100'000});
  CHECK(index.live->availability_start == WallTime{60'000'000});
  REQUIRE(index.rendition_reports.size() == 1);
  CHECK(index.rendition_reports[0].url == "https://h.example/x.m3u8");
  CHECK(index.rendition_reports[0].last_number == 9);
  CHECK(index.rendition_reports[0].last_part == 2);
}

TEST_CASE("hls model: what stands behind the last segment applies to the one in progress") {
  const LoadedIndex index = load(
      "#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-MAP:URI=\"i1\"\n#EXTINF:4,\na\n"
      "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"i2\"\n"
      "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-PART:DURATION=1,URI=\"b.0\"\n");
  REQUIRE(index.in_progress);
  CHECK(index.in_progress->number == index.segments->at(0).number + 1);
  CHECK(index.in_progress->discontinuity_sequence == 1);
  REQUIRE(index.in_progress->init);
  CHECK(index.in_progress->init->url == "https://h.example/d/i2");
  CHECK(index.in_progress->keys);
  CHECK(index.is_encrypted);
  CHECK(index.segments->at(0).discontinuity_sequence == 0);
  CHECK(index.segments->at(0).init->url == "https://h.example/d/i1");
}

TEST_CASE("hls model: date ranges become events") {
  const LoadedIndex index = load(
      "#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:00Z\n"
      "#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.apple.hls.interstitial\","
      "START-DATE=\"2025-01-01T00:00:03Z\",X-ASSET-URI=\"https://a.example/x\",CUE=\"ONCE\"\n"
      "#EXTINF:4,\na\n"
      "#EXT-X-DATERANGE:ID=\"splice\",START-DATE=\"2025-01-01T00:00:05.5Z\",PLANNED-DURATION=30,"
      "SCTE35-OUT=0xFC30\n"
      "#EXT-X-DATERANGE:ID=\"ad\",END-DATE=\"2025-01-01T00:00:13Z\"\n#EXTINF:4,\nb\n");
  REQUIRE(index.events.size() == 2);
  const TimedEvent& ad = index.events[0];
  CHECK(ad.scheme == "hls:daterange");
  CHECK(ad.value == "com.apple.hls.interstitial");
  CHECK(ad.start == MediaTime{3'000'000});
  CHECK(ad.duration == Duration{10s});  // END-DATE came with a later tag
  CHECK(ad.attributes.at("X-ASSET-URI") == "https://a.example/x");
  CHECK(ad.attributes.at("CUE") == "ONCE");
  const TimedEvent& splice = index.events[1];
  CHECK(splice.start == MediaTime{5'500'000});
  CHECK(splice.planned_duration == Duration{30s});
  REQUIRE(splice.message.size() == 2);
  CHECK(splice.message.data()[0] == 0xFC);
  CHECK(splice.attributes.at("SCTE35-OUT") == "0xFC30");
}

TEST_CASE("hls model: key frames and pictures") {
  const LoadedIndex iframes = load(
      "#EXT-X-I-FRAMES-ONLY\n#EXTINF:2,\n#EXT-X-BYTERANGE:100@300\na.ts\n"
      "#EXTINF:2,\n#EXT-X-BYTERANGE:50@900\na.ts\n#EXT-X-ENDLIST\n");
  CHECK(iframes.is_iframes_only);
  const Segment frame = iframes.segments->at(1);
  REQUIRE(frame.init != nullptr);  // what stands before the first key frame
  CHECK(frame.init->url == frame.media.url);
  CHECK(frame.init->range->last == 299);

  const Presentation images = present(
      "#EXT-X-TARGETDURATION:60\n#EXT-X-IMAGES-ONLY\n#EXTINF:60,\n"
      "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=5x4,DURATION=3\nt.jpg\n#EXT-X-ENDLIST\n");
  const AdaptationSet& set = images.periods[0].adaptation_sets[0];
  CHECK(set.kind == TrackKind::kImage);
  REQUIRE(set.representations[0].tiles.has_value());
  CHECK(set.representations[0].tiles->columns == 5);
  CHECK(set.representations[0].tiles->rows == 4);
  CHECK(set.representations[0].tiles->tile_duration == Duration{3s});
}

TEST_CASE("hls model: everything a multivariant playlist says") {
  const Presentation p = present(
      "#EXT-X-VERSION:12\n#EXT-X-START:TIME-OFFSET=-6.5,PRECISE=YES\n"
      "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\",PATHWAY-ID=\"B\"\n"
      "#EXT-X-SESSION-DATA:DATA-ID=\"t\",VALUE=\"Title\",LANGUAGE=\"en\"\n"
      "#EXT-X-SESSION-DATA:DATA-ID=\"u\",URI=\"u.json\"\n"
      "#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple.streaming"
      "keydelivery\",KEYID=0x10fe0000000000000000000000000000\n"
      "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"CC\",LANGUAGE=\"en\","
      "INSTREAM-ID=\"CC1\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"D\",CHANNELS=\"16/JOC\",SAMPLE-RATE=48000,"
      "CHARACTERISTICS=\"public.accessibility.describes-video\",STABLE-RENDITION-ID=\"sr\","
      "URI=\"d.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=10,CODECS=\"hvc1.2\",SUPPLEMENTAL-CODECS=\"dvh1.08/db4h\","
      "SCORE=4.5,HDCP-LEVEL=TYPE-1,VIDEO-RANGE=PQ,ALLOWED-CPC=\"x:L1/L2,y:\","
      "REQ-VIDEO-LAYOUT=\"CH-STEREO\",STABLE-VARIANT-ID=\"sv\",AUDIO=\"a\",CLOSED-CAPTIONS=\"c\"\n"
      "v.m3u8\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n"
      "#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,URI=\"t.m3u8\"\n");
  CHECK(p.warnings == 0);
  REQUIRE(p.start.has_value());
  CHECK(p.start->offset == Duration{-6'500'000});
  CHECK(p.start->is_precise);
  REQUIRE(p.content_steering.has_value());
  CHECK(p.content_steering->server_url == "https://h.example/steer");
  CHECK(p.content_steering->default_pathway == "B");
  REQUIRE(p.session_data.size() == 2);
  CHECK(p.session_data[0].value == "Title");
  CHECK(p.session_data[1].url == "https://h.example/d/u.json");
  REQUIRE(p.session_keys.size() == 1);
  CHECK(p.session_keys[0].default_kids == std::vector<KeyId>{{0x10, 15 * 16 + 14}});
  CHECK(p.session_keys[0].value == "SAMPLE-AES");
  CHECK(p.session_keys[0].key_uri == "skd://k");
  const AdaptationSet& video = set_named(p, "video");
  REQUIRE(video.closed_captions.size() == 1);
  CHECK(video.closed_captions[0].channel == "CC1");
  const Representation& v = video.representations[0];
  CHECK(v.id == "sv");
  CHECK(v.supplemental_codecs == "dvh1.08/db4h");
  CHECK(v.score == 4.5);
  CHECK(v.hdcp_level == HdcpLevel::kType1);
  CHECK(v.video_range == VideoRange::kPq);
  CHECK(v.allowed_cpc == std::vector<std::string>{"x:L1/L2", "y:"});
  CHECK(v.video_layout == "CH-STEREO");
  const AdaptationSet& audio = set_named(p, "audio/a/D");
  CHECK(audio.roles == std::vector<std::string>{"description"});
  CHECK(audio.accessibilities[0].value == "public.accessibility.describes-video");
  CHECK(audio.representations[0].channels == 16);
  CHECK(audio.representations[0].sample_rate == 48'000);
  CHECK(audio.representations[0].stable_id == "sr");
  CHECK(set_named(p, "iframe").trick_mode_for == "video");
  CHECK(set_named(p, "image").kind == TrackKind::kImage);
}

TEST_CASE("hls model: session keys that carry what a licence request needs") {
  // A pssh box of 12 bytes, and 6 bytes of something else, in Base64.
  const std::string pssh = "AAAADHBzc2gAAAAA";
  const std::string other = "AQIDBAUG";
  const std::string widevine = "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed";
  struct Case {
    const char* name;
    std::string uri, key_format;
    std::size_t pssh_bytes, playready_bytes;
  };
  const Case cases[] = {
      {"a pssh box", "data:text/plain;base64," + pssh, widevine, 12, 0},
      {"a PlayReady object", "data:text/plain;charset=UTF-16;base64," + other,
       "com.microsoft.playready", 0, 6},
      {"PlayReady in a box", "data:;base64," + pssh, "com.microsoft.playready", 12, 0},
      {"neither", "data:;base64," + other, widevine, 0, 0},
      {"no Base64", "data:;base64,!", widevine, 0, 0},
      {"another encoding", "data:text/plain," + pssh, widevine, 0, 0},
      {"no comma", "data:;base64", widevine, 0, 0},
      {"another scheme", "skd://" + pssh, widevine, 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Presentation p =
        present("#EXT-X-VERSION:5\n#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES-CTR,URI=\"" + c.uri +
                "\",KEYFORMAT=\"" + c.key_format + "\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n");
    REQUIRE(p.session_keys.size() == 1);
    CHECK(p.session_keys[0].key_uri == c.uri);
    CHECK(p.session_keys[0].pssh.size() == c.pssh_bytes);
    CHECK(p.session_keys[0].playready_object.size() == c.playready_bytes);
  }
}

TEST_CASE("hls model: methods of encryption") {
  const std::pair<const char*, EncryptionMethod> cases[] = {
      {"AES-128", EncryptionMethod::kAes128},
      {"AES-256", EncryptionMethod::kAes256},
      {"AES-256-GCM", EncryptionMethod::kAes256Gcm},
      {"AES-256-CTR", EncryptionMethod::kAes256Ctr},
      {"SAMPLE-AES", EncryptionMethod::kSampleAes},
      {"SAMPLE-AES-CTR", EncryptionMethod::kSampleAesCtr},
      {"SAMPLE-AES-CENC", EncryptionMethod::kSampleAesCtr},
      {"ROT13", EncryptionMethod::kUnknown},
  };
  for (const auto& c : cases) {
    CAPTURE(c.first);
    const LoadedIndex index =
        load("#EXT-X-KEY:METHOD=" + std::string(c.first) + ",URI=\"k\"\n#EXTINF:4,\na\n");
    REQUIRE(index.segments->at(0).keys != nullptr);
    CHECK(index.segments->at(0).keys->front().method == c.second);
  }
}

TEST_CASE("hls model: redundant variants are places to fail over to") {
  const std::string inf = "#EXT-X-STREAM-INF:BANDWIDTH=5,CODECS=\"avc1.4d,mp4a.40.2\"";
  const auto media = [](const char* group, const char* url) {
    return "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" + std::string(group) + "\",NAME=\"en\",URI=\"" +
           url + "\"\n";
  };
  {
    const Presentation p =
        present(inf + "\nhttps://a.example/v\n" + inf + "\nhttps://b.example/v\n");
    const Representation& v = set_named(p, "video").representations.at(0);
    CHECK(set_named(p, "video").representations.size() == 1);
    CHECK(v.service_location == "a.example");
    REQUIRE(v.alternatives.size() == 1);
    CHECK(v.alternatives[0].name == "b.example");
    CHECK(v.alternatives[0].index_source.location.url == "https://b.example/v");
  }
  {  // Pathways with groups of their own; the one to start on is first.
    const Presentation p =
        present("#EXT-X-CONTENT-STEERING:SERVER-URI=\"s\",PATHWAY-ID=\"B\"\n" +
                media("ga", "https://a.example/en") + media("gb", "https://b.example/en") + inf +
                ",AUDIO=\"ga\",PATHWAY-ID=\"A\"\nhttps://a.example/v\n" + inf +
                ",AUDIO=\"gb\",PATHWAY-ID=\"B\"\nhttps://b.example/v\n");
    const Representation& v = set_named(p, "video").representations.at(0);
    CHECK(v.service_location == "B");
    CHECK(v.audio_group == "gb");
    REQUIRE(v.alternatives.size() == 1);
    CHECK(v.alternatives[0].name == "A");
    CHECK(p.periods[0].adaptation_sets.size() == 2);
    const Representation& sound = set_named(p, "audio/gb/en").representations.at(0);
    REQUIRE(sound.alternatives.size() == 1);
    CHECK(sound.alternatives[0].name == "A");
    CHECK(sound.alternatives[0].index_source.location.url == "https://a.example/en");
  }
  {  // The same host and other sound: not the same media.
    const Presentation p = present(media("x", "x") + media("y", "y") + inf + ",AUDIO=\"x\"\nv1\n" +
                                   inf + ",AUDIO=\"y\"\nv2\n");
    CHECK(set_named(p, "video").representations.size() == 2);
  }
}

}  // namespace playhead::hls
