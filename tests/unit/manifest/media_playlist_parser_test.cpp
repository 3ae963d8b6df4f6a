// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_parser.h"

#include <string>

#include <doctest/doctest.h>

#include "manifest/hls/hls_segment_index.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

const std::string kUrl = "https://h.example/dir/list.m3u8?token=T";

Result<MediaPlaylist> parse(const std::string& text, const VariableMap* imports = nullptr) {
  return parse_media_playlist(test::bytes_of(text), kUrl, imports);
}

HlsSegmentIndex index_of(const std::string& text) {
  Result<MediaPlaylist> playlist = parse(text);
  REQUIRE_MESSAGE(playlist.has_value(), text);
  return HlsSegmentIndex(std::make_shared<const MediaPlaylist>(*std::move(playlist)));
}

// "0-9@first" of the media, or "" without a range.
std::string range_of(const ResourceLocation& location) {
  if (!location.range) return "";
  return std::to_string(location.range->first) + "-" + std::to_string(*location.range->last);
}

}  // namespace

TEST_CASE("media playlist: segments, times and URLs") {
  const HlsSegmentIndex index = index_of(
      "#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXT-X-MEDIA-SEQUENCE:7\r\n"
      "#EXTINF:4.004,title, with comma\r\na.ts\r\n\r\n"
      "#EXTINF:.5\r\n  /abs/b.ts?x=1  \r\n"
      "#EXTINF:2,\r\nhttps://other.example/c.ts\r\n#EXT-X-ENDLIST");
  REQUIRE(index.size() == 3);
  CHECK(index.at(0).number == 7);
  CHECK(index.at(0).media.url == "https://h.example/dir/a.ts");
  CHECK(index.at(1).media.url == "https://h.example/abs/b.ts?x=1");
  CHECK(index.at(2).media.url == "https://other.example/c.ts");
  CHECK(index.at(1).start == MediaTime{4'004'000});
  CHECK(index.at(1).end == MediaTime{4'504'000});
  CHECK(index.end() == MediaTime{6'504'000});
  CHECK(index.find_number(8) == std::size_t{1});
  CHECK(index.find(MediaTime{4'504'000}) == std::size_t{2});
}

TEST_CASE("media playlist: durations add up without drift") {
  std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
  for (int i = 0; i < 30'000; ++i) text += "#EXTINF:0.333333333,\ns.ts\n";
  const HlsSegmentIndex index = index_of(text);
  CHECK(index.end() == MediaTime{9'999'999'990});
}

TEST_CASE("media playlist: byte ranges") {
  struct Case {
    const char* name;
    const char* lines;
    const char* ranges;  // of the segments, separated by ';'
    int warnings;
  };
  const Case cases[] = {
      {"none", "#EXTINF:1,\na\n", "", 0},
      {"explicit", "#EXT-X-BYTERANGE:10@5\n#EXTINF:1,\na\n", "5-14", 0},
      {"continues", "#EXTINF:1,\n#EXT-X-BYTERANGE:10@5\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:3\na\n",
       "5-14;15-17", 0},
      {"mixed with whole files",
       "#EXTINF:1,\nw\n#EXTINF:1,\n#EXT-X-BYTERANGE:10@5\na\n#EXTINF:1,\nw\n", ";5-14;", 0},
      {"beyond 2^32",
       "#EXTINF:1,\n#EXT-X-BYTERANGE:1@4294967296\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:2\na\n",
       "4294967296-4294967296;4294967297-4294967298", 0},
      {"nothing to continue starts at 0", "#EXTINF:1,\n#EXT-X-BYTERANGE:10\na\n", "0-9", 1},
      {"another resource starts at 0",
       "#EXTINF:1,\n#EXT-X-BYTERANGE:10@5\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:3\nb\n", "5-14;0-2", 1},
      {"after a whole file starts at 0", "#EXTINF:1,\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:3\na\n",
       ";0-2", 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Result<MediaPlaylist> playlist =
        parse(std::string("#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:1\n") + c.lines);
    REQUIRE(playlist.has_value());
    CHECK(playlist->warnings == c.warnings);
    const HlsSegmentIndex index(std::make_shared<const MediaPlaylist>(*std::move(playlist)));
    std::string ranges;
    for (std::size_t i = 0; i < index.size(); ++i) {
      ranges += (i > 0 ? ";" : "") + range_of(index.at(i).media);
    }
    CHECK(ranges == c.ranges);
  }
}

TEST_CASE("media playlist: init segments change mid-list, equal ones are one") {
  const HlsSegmentIndex index = index_of(
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"100@20\"\n"
      "#EXTINF:1,\na\n#EXTINF:1,\nb\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"j.mp4\"\n"
      "#EXTINF:1,\nc\n#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"100@20\"\n#EXTINF:1,\nd\n");
  const Segment a = index.at(0);
  REQUIRE(a.init != nullptr);
  CHECK(a.init->url == "https://h.example/dir/i.mp4");
  CHECK(range_of(*a.init) == "20-119");
  CHECK(index.at(1).init == a.init);
  CHECK(index.at(2).init->url == "https://h.example/dir/j.mp4");
  CHECK_FALSE(index.at(2).init->range.has_value());
  CHECK(index.at(3).init == a.init);
}

TEST_CASE("media playlist: discontinuities and gaps") {
  const HlsSegmentIndex index = index_of(
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-DISCONTINUITY-SEQUENCE:40\n#EXTINF:1,\na\n"
      "#EXT-X-DISCONTINUITY\n#EXTINF:1,\n#EXT-X-GAP\nb\n#EXTINF:1,\nc\n"
      "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n#EXTINF:1,\nd\n");
  CHECK(index.at(0).discontinuity_sequence == 40);
  CHECK(index.at(1).discontinuity_sequence == 41);
  CHECK(index.at(1).is_gap);
  CHECK(index.at(2).discontinuity_sequence == 41);
  CHECK_FALSE(index.at(2).is_gap);
  CHECK(index.at(3).discontinuity_sequence == 43);
}

TEST_CASE("media playlist: keys") {
  const auto playlist = parse(
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na\n"
      "#EXT-X-KEY:METHOD=AES-128,URI=\"k?x=1\",IV=0x1566B\n#EXTINF:1,\nb\n"
      "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://1\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n"
      "#EXTINF:1,\nc\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nd\n");
  REQUIRE(playlist.has_value());
  CHECK(playlist->is_encrypted);
  CHECK(playlist->run(0).keys == nullptr);
  REQUIRE(playlist->run(1).keys != nullptr);
  const SegmentKey& key = playlist->run(1).keys->front();
  CHECK(key.method == EncryptionMethod::kAes128);
  CHECK(key.uri == "https://h.example/dir/k?x=1");
  REQUIRE(key.iv.has_value());
  CHECK((*key.iv)[12] == 0);
  CHECK((*key.iv)[13] == 0x01);
  CHECK((*key.iv)[14] == 0x56);
  CHECK((*key.iv)[15] == 0x6B);
  CHECK(key.key_format == "identity");
  CHECK(playlist->run(2).keys->size() == 2);  // one for each KEYFORMAT
  CHECK(playlist->run(3).keys == nullptr);
  CHECK_FALSE(parse("#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\na\n")->is_encrypted);
}

TEST_CASE("media playlist: KEYID of a key") {
  const KeyId kid = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                     0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};
  struct Case {
    const char* name;
    std::string attribute;
    bool is_known;
    int64_t warnings;
  };
  const Case cases[] = {
      {"none", "", false, 0},
      {"Widevine's", ",KEYID=0x0123456789abcdeffedcba9876543210", true, 0},
      {"in capitals", ",KEYID=0X0123456789ABCDEFFEDCBA9876543210", true, 0},
      {"quoted, without 0x", ",KEYID=\"0123456789abcdeffedcba9876543210\"", true, 0},
      {"a UUID", ",KEYID=\"01234567-89ab-cdef-fedc-ba9876543210\"", true, 0},
      {"a digit short", ",KEYID=0x0123456789abcdeffedcba987654321", false, 1},
      {"a digit too many", ",KEYID=0x0123456789abcdeffedcba98765432100", false, 1},
      {"no digits", ",KEYID=0x", false, 1},
      {"nothing", ",KEYID=\"\"", false, 1},
      {"no hexadecimal digit", ",KEYID=0x0123456789abcdeffedcba987654321g", false, 1},
      {"Base64", ",KEYID=\"ASNFZ4mrze/+3LqYdlQyEA==\"", false, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto playlist = parse(
        "#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:1\n"
        "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:,\",KEYFORMAT=\"com.widevine\"" +
        c.attribute + "\n#EXTINF:1,\na\n");
    REQUIRE(playlist.has_value());
    REQUIRE(playlist->run(0).keys != nullptr);
    const SegmentKey& key = playlist->run(0).keys->front();
    CHECK(key.kid == (c.is_known ? std::optional(kid) : std::nullopt));
    CHECK(key.key_format == "com.widevine");  // whatever it is, the rest counts
    CHECK(playlist->warnings == c.warnings);
  }
}

TEST_CASE("media playlist: dates are kept where they say something new") {
  const auto playlist = parse(
      "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:00Z\n#EXTINF:2,\nb\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:02.0005Z\n#EXTINF:2,\nc\n"
      "#EXT-X-PROGRAM-DATE-TIME:nonsense\n#EXTINF:2,\nd\n"
      "#EXTINF:2,\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T01:00:00Z\ne\n");
  REQUIRE(playlist.has_value());
  CHECK(playlist->dates.size() == 2);
  CHECK(playlist->date(0) == WallTime{58'000'000});
  CHECK(playlist->date(1) == WallTime{60'000'000});
  CHECK(playlist->date(3) == WallTime{64'000'000});
  CHECK(playlist->date(4) == WallTime{3'600'000'000});
  CHECK(playlist->warnings == 1);
}

TEST_CASE("media playlist: header tags") {
  const auto playlist = parse(
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
      "#EXT-X-START:TIME-OFFSET=-12.5\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-I-FRAMES-ONLY\n"
      "# a comment\n#EXT-X-NOT-KNOWN:1\n#EXTINF:1,\na\n#EXT-X-ENDLIST\n");
  REQUIRE(playlist.has_value());
  CHECK(playlist->version == 7);
  CHECK(playlist->target_duration == 6s);
  CHECK(playlist->type == MediaPlaylist::Type::kEvent);
  CHECK(playlist->has_end_list);
  CHECK(playlist->start_offset == Duration{-12'500'000});
  CHECK(playlist->has_independent_segments);
  CHECK(playlist->is_iframes_only);
  CHECK(playlist->warnings == 1);
}

TEST_CASE("media playlist: variables") {
  const VariableMap imports = {{"host", "https://cdn.example"}, {"nested", "{$a}"}};
  const auto playlist = parse(
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"seg\"\n"
      "#EXT-X-DEFINE:IMPORT=\"host\"\n#EXT-X-DEFINE:IMPORT=\"nested\"\n"
      "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXT-X-MAP:URI=\"{$host}/i.mp4\"\n"
      "#EXTINF:1,\n{$host}/{$a}1.m4s?t={$token}\n#EXTINF:1,\nplain\n"
      "#EXTINF:1,\n{$nested}/{$}{$ b\n",
      &imports);
  REQUIRE(playlist.has_value());
  CHECK(playlist->uri(0) == "https://cdn.example/seg1.m4s?t=T");
  CHECK(playlist->uri(1) == "plain");
  CHECK(playlist->uri(2) == "{$a}/{$}{$ b");  // what is put in is not looked at again
  CHECK(playlist->runs.front().init->location.url == "https://cdn.example/i.mp4");
}

TEST_CASE("media playlist: what cannot be read is a typed error with its line") {
  struct Case {
    const char* name;
    std::string text;
    ErrorCode code;
    const char* place;
  };
  const Case cases[] = {
      {"no segments, and no more to come", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n",
       ErrorCode::kManifestEmpty, ""},
      {"no segments, VOD", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-PLAYLIST-TYPE:VOD\n",
       ErrorCode::kManifestEmpty, ""},
      {"no segments, and nothing says when to come back", "#EXTM3U\n#EXT-X-VERSION:3\n",
       ErrorCode::kManifestEmpty, ""},
      {"all segments skipped", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n",
       ErrorCode::kManifestEmpty, ""},
      {"channel list", "#EXTM3U\n#EXTINF:-1,TV\nx\n", ErrorCode::kManifestSyntax, "line 2"},
      {"bad range", "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:x@1\na\n", ErrorCode::kManifestSyntax,
       "line 3"},
      {"range beyond 63 bits", "#EXTM3U\n#EXT-X-BYTERANGE:9223372036854775807@1\na\n",
       ErrorCode::kManifestSyntax, "line 2"},
      {"range that grows beyond 63 bits",
       "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:1@9223372036854775800\na\n#EXTINF:1,\n"
       "#EXT-X-BYTERANGE:100\na\n",
       ErrorCode::kManifestSyntax, "line 7"},
      {"undefined variable", "#EXTM3U\n#EXTINF:1,\n{$x}\n", ErrorCode::kManifestSyntax, "line 3"},
      {"variable twice",
       "#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"1\"\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"2\"\n",
       ErrorCode::kManifestSyntax, "line 3"},
      {"durations overflow", "#EXTM3U\n#EXTINF:9223372036,\na\n#EXTINF:9223372036,\nb\n",
       ErrorCode::kManifestSyntax, "line 5"},
      {"long line", "#EXTM3U\n#EXTINF:1,\n" + std::string(70'000, 'a') + "\n",
       ErrorCode::kManifestLimit, "line 3"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto playlist = parse(c.text);
    REQUIRE_FALSE(playlist.has_value());
    CHECK(playlist.error().code == c.code);
    CHECK(playlist.error().context.find(c.place) != std::string::npos);
  }
}

TEST_CASE("media playlist: what is odd but readable is read, and counted") {
  struct Case {
    const char* name;
    const char* text;
    std::size_t segments;
  };
  const Case cases[] = {
      {"no target duration", "#EXTM3U\n#EXTINF:1,\na\n", 1},
      {"no EXTINF", "#EXTM3U\n#EXT-X-TARGETDURATION:3\na\nb\n", 2},
      {"unreadable EXTINF", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:abc,\na\n", 1},
      {"bad media sequence",
       "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:-1\n#EXTINF:1,\na\n", 1},
      {"absurd target duration", "#EXTM3U\n#EXT-X-TARGETDURATION:9223372036854\na\n", 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto playlist = parse(c.text);
    REQUIRE(playlist.has_value());
    CHECK(playlist->size() == c.segments);
    CHECK(playlist->warnings > 0);
  }
}

TEST_CASE("media playlist: 100,000 segments keep little more than their text") {
  std::string text = "#EXTM3U\n#EXT-X-TARGETDURATION:7\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "#EXTINF:" + std::to_string(5 + i % 2) + "." + std::to_string(i % 900 + 100) +
            ",\nhttps://cdn.example/vod/asset/video/1080p/segment_" + std::to_string(i) + ".m4s\n";
  }
  const auto playlist = parse(text);
  REQUIRE(playlist.has_value());
  const std::size_t beside_text = playlist->uris.capacity() * sizeof(TextSpan) +
                                  playlist->byte_ranges.capacity() * sizeof(ByteSpan) +
                                  playlist->runs.capacity() * sizeof(SegmentRun) +
                                  playlist->timeline.runs().capacity() * sizeof(Timeline::Run);
  CHECK(playlist->size() == 100'000);
  CHECK(beside_text < text.size() / 2);
}

}  // namespace playhead::hls
