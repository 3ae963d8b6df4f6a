// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/multivariant_playlist_parser.h"

#include <string>

#include <doctest/doctest.h>

#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

Result<MultivariantPlaylist> parse(const std::string& text) {
  return parse_multivariant_playlist(test::bytes_of(text), "https://h.example/m.m3u8?q=v%20w");
}

}  // namespace

TEST_CASE("multivariant playlist: variants") {
  const auto playlist = parse(
      "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-STREAM-INF:RESOLUTION=1280x720,CODECS=\"avc1.64001f, mp4a.40.2\",BANDWIDTH=2500000,"
      "AVERAGE-BANDWIDTH=2000000,FRAME-RATE=29.970,AUDIO=\"a\",SUBTITLES=\"s\","
      "STABLE-VARIANT-ID=\"x1\"\n\n720.m3u8\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=100\n# comment\naudio.m3u8\n"
      "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=50,URI=\"i.m3u8\",RESOLUTION=640x360\n");
  REQUIRE(playlist.has_value());
  REQUIRE(playlist->variants.size() == 2);
  const Variant& variant = playlist->variants[0];
  CHECK(variant.uri == "720.m3u8");
  CHECK(variant.bandwidth == 2'500'000);
  CHECK(variant.average_bandwidth == 2'000'000);
  CHECK(variant.codecs == "avc1.64001f, mp4a.40.2");
  CHECK(variant.width == 1280);
  CHECK(variant.height == 720);
  CHECK(variant.frame_rate == doctest::Approx(29.97));
  CHECK(variant.audio == "a");
  CHECK(variant.subtitles == "s");
  CHECK(variant.stable_id == "x1");
  CHECK(playlist->variants[1].uri == "audio.m3u8");
  CHECK(playlist->variants[1].codecs.empty());
  REQUIRE(playlist->iframe_variants.size() == 1);
  CHECK(playlist->iframe_variants[0].uri == "i.m3u8");
  CHECK(playlist->has_independent_segments);
  CHECK(playlist->warnings == 2);  // AUDIO and SUBTITLES name groups that are not there
}

TEST_CASE("multivariant playlist: renditions") {
  const auto playlist = parse(
      "#EXTM3U\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=YES,"
      "CHANNELS=\"6\",URI=\"de.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",AUTOSELECT=YES,FORCED=YES,"
      "URI=\"en.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"CC\",INSTREAM-ID=\"CC1\"\n"
      "#EXT-X-MEDIA:TYPE=SMELL,GROUP-ID=\"x\",NAME=\"y\"\n");
  REQUIRE(playlist.has_value());
  REQUIRE(playlist->renditions.size() == 3);
  CHECK(playlist->renditions[0].type == Rendition::Type::kAudio);
  CHECK(playlist->renditions[0].is_default);
  CHECK(playlist->renditions[0].is_autoselect);
  CHECK(playlist->renditions[0].channels == "6");
  CHECK(playlist->renditions[1].is_forced);
  CHECK_FALSE(playlist->renditions[1].is_default);
  CHECK(playlist->renditions[2].instream_id == "CC1");
  CHECK(playlist->warnings == 1);
}

TEST_CASE("multivariant playlist: variables, also after a move") {
  auto parsed = parse(
      "#EXTM3U\n#EXT-X-DEFINE:NAME=\"p\",VALUE=\"low\"\n#EXT-X-DEFINE:QUERYPARAM=\"q\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"{$p}\",AUDIO=\"g{$p}\"\n{$p}/v.m3u8?{$q}\n");
  REQUIRE(parsed.has_value());
  const MultivariantPlaylist playlist = *std::move(parsed);
  CHECK(playlist.variants[0].uri == "low/v.m3u8?v w");
  CHECK(playlist.variants[0].audio == "glow");
  CHECK(playlist.variables->at("q") == "v w");
}

TEST_CASE("multivariant playlist: odd input is counted, empty input refused") {
  struct Case {
    const char* name;
    const char* text;
    std::size_t variants;
    int warnings;
  };
  const Case cases[] = {
      {"no bandwidth", "#EXT-X-STREAM-INF:CODECS=\"avc1\"\na\n", 1, 1},
      {"bad resolution", "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=wide\na\n", 1, 1},
      {"two tags, one URI", "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\na\n", 1,
       1},
      {"URI without a tag", "#EXT-X-STREAM-INF:BANDWIDTH=1\na\nb\n", 1, 1},
      {"tag at the end", "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXT-X-STREAM-INF:BANDWIDTH=1", 1, 1},
      {"overflowing bandwidth", "#EXT-X-STREAM-INF:BANDWIDTH=99999999999999999999\na\n", 1, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto playlist = parse(std::string("#EXTM3U\n") + c.text);
    REQUIRE(playlist.has_value());
    CHECK(playlist->variants.size() == c.variants);
    CHECK(playlist->warnings == c.warnings);
  }
  CHECK(parse("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n").error().code ==
        ErrorCode::kManifestEmpty);
}

TEST_CASE("multivariant playlist: more than 1,000 variants are refused") {
  std::string text = "#EXTM3U\n";
  for (int i = 0; i < 1001; ++i) text += "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n";
  CHECK(parse(text).error().code == ErrorCode::kManifestLimit);
}

TEST_CASE("is_multivariant_playlist: the first telling tag decides") {
  CHECK(is_multivariant_playlist("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:BANDWIDTH=1\na"));
  CHECK(is_multivariant_playlist("\xEF\xBB\xBF#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO"));
  CHECK_FALSE(is_multivariant_playlist("#EXTM3U\n#EXTINF:1,\na\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb"));
  CHECK_FALSE(is_multivariant_playlist("#EXTM3U\n"));
}

}  // namespace playhead::hls
