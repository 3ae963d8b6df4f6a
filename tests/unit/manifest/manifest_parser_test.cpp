// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_parser.h"

#include <string>

#include <doctest/doctest.h>

#include "unit/manifest/manifest_test_support.h"

namespace playhead {
namespace {

const std::string kPlaylist =
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n";

std::string mpd(const std::string& timeline, const std::string& attributes = "") {
  return "<MPD mediaPresentationDuration=\"PT1H\" " + attributes +
         "><Period><AdaptationSet mimeType=\"video/mp4\"><SegmentTemplate media=\"$Number$\">"
         "<SegmentTimeline>" +
         timeline +
         "</SegmentTimeline></SegmentTemplate><Representation id=\"1\"/></AdaptationSet></Period>"
         "</MPD>";
}

Result<Presentation> parse(const std::string& text) {
  return parse_manifest(test::bytes_of(text), "https://h.example/m");
}

}  // namespace

// ASCII text in UTF-16.
std::string utf16(const std::string& text, bool is_big_endian, bool has_mark) {
  std::string out = !has_mark ? "" : is_big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (is_big_endian) out += '\0';
    out += c;
    if (!is_big_endian) out += '\0';
  }
  return out;
}

TEST_CASE("manifest parser: tells the formats apart") {
  struct Case {
    const char* name;
    std::string text;
    std::optional<ManifestFormat> format;
    ErrorCode code;
    const char* sentence;
  };
  const Case cases[] = {
      {"playlist", kPlaylist, ManifestFormat::kHls, {}, ""},
      {"playlist with a byte order mark", "\xEF\xBB\xBF" + kPlaylist, ManifestFormat::kHls, {}, ""},
      {"playlist after blank lines", "\r\n\n " + kPlaylist, ManifestFormat::kHls, {}, ""},
      {"MPD", mpd("<S d='4'/>"), ManifestFormat::kDash, {}, ""},
      {"MPD after a declaration and a comment",
       "\xEF\xBB\xBF<?xml version='1.0'?><!-- MPD -->\n" + mpd("<S d='4'/>"),
       ManifestFormat::kDash,
       {},
       ""},
      {"MPD in UTF-16, little endian",
       utf16(mpd("<S d='4'/>"), false, true),
       ManifestFormat::kDash,
       {},
       ""},
      {"MPD in UTF-16, big endian, white space before it",
       utf16(" \n" + mpd("<S d='4'/>"), true, true),
       ManifestFormat::kDash,
       {},
       ""},
      {"MPD in UTF-16 without a mark",
       utf16("<?xml version='1.0' encoding='UTF-16'?>" + mpd("<S d='4'/>"), false, false),
       ManifestFormat::kDash,
       {},
       ""},
      {"a playlist is never in UTF-16",
       utf16(kPlaylist, false, true),
       {},
       ErrorCode::kManifestNotRecognised,
       ""},
      {"half a unit", std::string("\xFF\xFE<", 3), {}, ErrorCode::kManifestNotRecognised, ""},
      {"empty", "", {}, ErrorCode::kManifestEmpty, "empty"},
      {"white space", " \r\n\t", {}, ErrorCode::kManifestEmpty, "empty"},
      {"web page",
       "<!DOCTYPE HTML><HTML><body>Not found</body></HTML>",
       {},
       ErrorCode::kManifestNotRecognised,
       "the server sent an HTML page instead of a playlist"},
      {"other XML",
       "<?xml version='1.0'?><smil/>",
       {},
       ErrorCode::kManifestNotRecognised,
       "XML document"},
      {"JSON", "{\"error\":1}", {}, ErrorCode::kManifestNotRecognised, "neither"},
      {"media bytes",
       std::string("\0\0\0\x18"
                   "ftyp",
                   8),
       {},
       ErrorCode::kManifestNotRecognised,
       "neither"},
      {"playlist tag without its first line",
       "#EXT-X-VERSION:3\n",
       {},
       ErrorCode::kManifestEmpty,
       "no segment"},
      {"a comment", "# nothing\n", {}, ErrorCode::kManifestNotRecognised, "neither"},
      {"header alone", "#EXTM3U", {}, ErrorCode::kManifestEmpty, "no segment"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation = parse(c.text);
    REQUIRE(presentation.has_value() == c.format.has_value());
    if (presentation) {
      CHECK(presentation->format == *c.format);
    } else {
      CHECK(presentation.error().code == c.code);
      CHECK(presentation.error().context.find(c.sentence) != std::string::npos);
    }
  }
  CHECK(parse_manifest(test::bytes_of(kPlaylist), "relative/m.m3u8").error().code ==
        ErrorCode::kInvalidUrl);
}

TEST_CASE("manifest parser: every truncation and many mutations are answered") {
  const std::string texts[] = {
      "#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-MEDIA-SEQUENCE:5\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x12\n"
      "#EXT-X-MAP:URI=\"{$a}\",BYTERANGE=\"10@5\"\n#EXTINF:4.004,t\n#EXT-X-BYTERANGE:10@5\na.ts\n"
      "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:00:00Z\n#EXTINF:4,\n#EXT-X-BYTERANGE:10\na.ts\n",
      "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",URI=\"a\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=100,RESOLUTION=10x10,CODECS=\"avc1\",AUDIO=\"a\"\nv\n",
      mpd("<S t='0' d='4' r='2'/><S t='20' d='3' r='-1'/>", "type='static'"),
  };
  for (const std::string& text : texts) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      (void)parse(text.substr(0, size));
    }
    uint32_t random = 1;
    for (int i = 0; i < 4000; ++i) {
      std::string mutated = text;
      for (int k = 0; k < 3; ++k) {
        random = random * 1'664'525 + 1'013'904'223;
        const std::size_t at = (random >> 8) % mutated.size();
        constexpr std::string_view kBytes("\0\xFF\n\"=,<>&$@-0129:/{", 19);
        mutated[at] = kBytes[(random >> 3) % kBytes.size()];
      }
      const auto presentation = parse(mutated);
      if (!presentation) continue;
      for (const Period& period : presentation->periods) {
        for (const AdaptationSet& set : period.adaptation_sets) {
          for (const Representation& r : set.representations) {
            if (r.segments == nullptr) continue;
            (void)r.segments->at(0);
            (void)r.segments->at(r.segments->size() - 1);
            (void)r.segments->find(MediaTime{5'000'000});
          }
        }
      }
    }
  }
}

TEST_CASE("manifest parser: hostile timelines cost nothing") {
  struct Case {
    const char* name;
    std::string text;
    std::size_t segments;  // 0: refused
  };
  const Case cases[] = {
      {"10^9 repeats", mpd("<S t='0' d='1' r='1000000000'/>"), 3600},
      {"2 * 10^9 repeats", mpd("<S t='0' d='1' r='2000000000'/>"), 3600},
      {"zero duration, open repeat", mpd("<S t='0' d='0' r='-1'/>"), 1},
      {"repeat beyond 64 bits", mpd("<S t='0' d='60' r='99999999999999999999'/>"), 1},
      {"a century of milliseconds",
       "<MPD mediaPresentationDuration='P100Y'><Period><AdaptationSet mimeType='video/mp4'>"
       "<SegmentTemplate media='$Number$' timescale='1000' duration='1'/><Representation/>"
       "</AdaptationSet></Period></MPD>",
       2'147'483'647},
      {"since 1970 without a window",
       "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z'><Period start='PT0S'>"
       "<AdaptationSet mimeType='video/mp4'><SegmentTemplate media='$Number$' duration='2'/>"
       "<Representation/></AdaptationSet></Period></MPD>",
       1'576'800'000},
      {"no timescale",
       "<MPD mediaPresentationDuration='PT8S'><Period><AdaptationSet mimeType='video/mp4'>"
       "<SegmentTemplate media='$Number$' timescale='0' duration='2'/><Representation/>"
       "</AdaptationSet></Period></MPD>",
       4},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto presentation = parse(c.text);
    REQUIRE(presentation.has_value() == (c.segments > 0));
    if (!presentation) continue;
    const SegmentIndex& index =
        *presentation->periods[0].adaptation_sets[0].representations[0].segments;
    CHECK(index.size() == c.segments);
    const Segment last = index.at(index.size() - 1);
    CHECK(last.end == index.end());
    CHECK(index.find(last.start) == index.size() - 1);
  }
}

TEST_CASE("manifest parser: size limits") {
  const std::string large(33 << 20, 'a');
  CHECK(parse("#EXTM3U\n#EXTINF:1,\n" + large).error().code == ErrorCode::kManifestLimit);
  CHECK(parse("<MPD>" + large).error().code == ErrorCode::kManifestLimit);
}

TEST_CASE("parse_index: refuses what is no media playlist, and inline sources") {
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  const Representation representation;
  const auto code = [&](const std::string& text) {
    return parse_index(source, representation, test::bytes_of(text), "https://h.example/v")
        .error()
        .code;
  };
  CHECK(code("<html>") == ErrorCode::kManifestNotRecognised);
  CHECK(code("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv") == ErrorCode::kManifestSyntax);
  CHECK(code("") == ErrorCode::kManifestEmpty);
  source.kind = IndexSource::Kind::kSidx;
  CHECK(code("<html>") == ErrorCode::kContainerSyntax);
  source.kind = IndexSource::Kind::kInline;
  CHECK(code(kPlaylist) == ErrorCode::kInvalidArgument);
}

}  // namespace playhead
