// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "manifest/diagnostic.h"
#include "manifest/manifest_parser.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

const std::string kHead = "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-TARGETDURATION:4\n";
const std::string kSegment = "#EXTINF:4,\na.ts\n";
const std::string kMultivariant = "#EXTM3U\n#EXT-X-VERSION:10\n";
const std::string kVariant = "#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
const std::string kUrl = "https://h.example/d/m.m3u8?q=1";

Result<Presentation> parse(const std::string& text, bool is_strict, Diagnostics* diagnostics) {
  ParseOptions options;
  options.strict = is_strict;
  options.diagnostics = diagnostics;
  return parse_manifest(test::bytes_of(text), kUrl, options);
}

}  // namespace

TEST_CASE("hls rules: what breaks a MUST is read, counted and listed, and refused strictly") {
  struct Case {
    const char* name;
    std::string text;
    const char* clause;  // "" keeps every rule
    int64_t line;
  };
  const std::string part_inf =
      "#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=3\n";
  const std::string date = "#EXT-X-PROGRAM-DATE-TIME:2025-01-01T00:00:00Z\n";
  const Case cases[] = {
      {"clean", kHead + kSegment, "", 0},
      {"CR LF", "#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXTINF:4,\r\na.ts\r\n", "", 0},
      {"byte order mark", "\xEF\xBB\xBF" + kHead + kSegment, "4.1", 1},
      {"CR alone", "#EXTM3U\r#EXT-X-TARGETDURATION:4\r#EXTINF:4,\ra.ts\r", "4.1", 1},
      {"CR CR LF", "#EXTM3U\n#EXT-X-TARGETDURATION:4\r\r\n#EXTINF:4,\na.ts\n", "4.1", 2},
      {"NUL", kHead + "#EXTINF:4,\na" + std::string(1, '\0') + ".ts\n", "4.1", 5},
      {"not UTF-8", kHead + "#EXTINF:4,\xC3(\na.ts\n", "4.1", 4},
      {"no EXTM3U", "#EXT-X-TARGETDURATION:4\n" + kSegment, "4.4.1.1", 1},
      {"a comment before EXTM3U", "# made by hand\n" + kHead + kSegment, "4.4.1.1", 1},
      {"value after EXTM3U", "#EXTM3U:1\n#EXT-X-TARGETDURATION:4\n" + kSegment, "4.4.1.1", 1},
      {"version 0", "#EXTM3U\n#EXT-X-VERSION:0\n#EXT-X-TARGETDURATION:4\n" + kSegment, "4.4.1.2",
       2},
      {"version of the future", "#EXTM3U\n#EXT-X-VERSION:99\n#EXT-X-TARGETDURATION:4\n" + kSegment,
       "7", 2},
      {"decimals need version 3", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:1.5,\na\n", "8", 3},
      {"tag twice", kHead + "#EXT-X-TARGETDURATION:4\n" + kSegment, "4.4.3.1", 4},
      {"tag with a value it has not", kHead + kSegment + "#EXT-X-ENDLIST:1\n", "4.4.3.4", 6},
      {"other playlist's tag", kHead + "#EXT-X-MEDIA:TYPE=AUDIO\n" + kSegment, "4.1", 4},
      {"attribute twice", kHead + "#EXT-X-START:TIME-OFFSET=1,TIME-OFFSET=2\n" + kSegment, "4.2",
       4},
      {"item without =", kHead + "#EXT-X-START:TIME-OFFSET=1,junk\n" + kSegment, "4.2", 4},
      {"no target duration", "#EXTM3U\n" + kSegment, "4.4.3.1", 1},
      {"segment too long", kHead + "#EXTINF:4.5,\na\n", "4.4.3.1", 5},
      {"rounds to the target", kHead + "#EXTINF:4.4,\na\n", "", 0},
      {"no EXTINF", kHead + kSegment + "b.ts\n", "4.4.4.1", 6},
      {"EXTINF twice", kHead + "#EXTINF:4,\n" + kSegment, "4.4.4.1", 5},
      {"EXTINF without a segment", kHead + kSegment + "#EXTINF:4,\n", "4.4.4", 6},
      {"sequence after a segment", kHead + kSegment + "#EXT-X-MEDIA-SEQUENCE:1\n", "4.4.3.2", 6},
      {"nothing to continue", kHead + "#EXTINF:4,\n#EXT-X-BYTERANGE:4\na\n", "4.4.4.2", 6},
      {"key without method", kHead + "#EXT-X-KEY:URI=\"k\"\n" + kSegment, "4.4.4.4", 4},
      {"key without URI", kHead + "#EXT-X-KEY:METHOD=AES-128\n" + kSegment, "4.4.4.4", 4},
      {"bad IV", kHead + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xZZ\n" + kSegment, "4.4.4.4", 4},
      {"bad date", kHead + "#EXT-X-PROGRAM-DATE-TIME:soon\n" + kSegment, "4.4.4.6", 4},
      {"a blank before a bit rate", kHead + "#EXT-X-BITRATE: 1\n" + kSegment, "4.4.4.8", 4},
      {"a blank after a bit rate", kHead + "#EXT-X-BITRATE:1 \n" + kSegment, "4.4.4.8", 4},
      {"CR CR LF on a line of its own", kHead + "\r\r\n" + kSegment, "4.1", 4},
      {"a CR at the end", kHead + kSegment + "#EXT-X-ENDLIST\r", "4.1", 6},
      {"bad bit rate", kHead + "#EXT-X-BITRATE:-1\n" + kSegment, "4.4.4.8", 4},
      {"part without PART-INF", kHead + kSegment + "#EXT-X-PART:URI=\"p\",DURATION=1\n", "4.4.3.7",
       6},
      {"part too long", kHead + part_inf + kSegment + "#EXT-X-PART:URI=\"p\",DURATION=2\n",
       "4.4.4.9", 8},
      {"low HOLD-BACK", kHead + "#EXT-X-SERVER-CONTROL:HOLD-BACK=11\n" + kSegment, "4.4.3.8", 1},
      {"skip nobody asked for", kHead + "#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n" + kSegment, "4.4.5.2",
       4},
      {"absolute report",
       kHead + kSegment + "#EXT-X-RENDITION-REPORT:URI=\"https://h.example/x\",LAST-MSN=1\n",
       "4.4.5.4", 6},
      {"range without ID",
       kHead + date + "#EXT-X-DATERANGE:START-DATE=\"2025-01-01T00:00:00Z\"\n" + kSegment,
       "4.4.5.1", 5},
      {"ranges that contradict",
       kHead + date + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2025-01-01T00:00:00Z\",X-B=1\n" +
           "#EXT-X-DATERANGE:ID=\"a\",X-B=2\n" + kSegment,
       "4.4.5.1", 6},
      {"no dates beside a range",
       kHead + "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2025-01-01T00:00:00Z\"\n" + kSegment,
       "4.4.5.1", 4},
      {"clean multivariant", kMultivariant + kVariant, "", 0},
      {"no bandwidth", kMultivariant + "#EXT-X-STREAM-INF:CODECS=\"a\"\nv\n", "4.4.6.2", 3},
      {"URI alone", kMultivariant + kVariant + "w.m3u8\n", "4.4.6.2", 5},
      {"no URI", kMultivariant + kVariant + "#EXT-X-STREAM-INF:BANDWIDTH=2\n", "4.4.6.2", 5},
      {"unknown group", kMultivariant + "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv\n", "4.4.6.2",
       3},
      {"captions of some",
       kMultivariant + kVariant + "#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=NONE\nw\n",
       "4.4.6.2", 1},
      {"subtitles without URI",
       kMultivariant + kVariant + "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"n\"\n",
       "4.4.6.1", 5},
      {"session key NONE", kMultivariant + "#EXT-X-SESSION-KEY:METHOD=NONE\n" + kVariant, "4.4.6.5",
       3},
      {"steering without a server",
       kMultivariant + "#EXT-X-CONTENT-STEERING:PATHWAY-ID=\"a\"\n" + kVariant, "4.4.6.6", 3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Diagnostics diagnostics;
    const auto lenient = parse(c.text, false, &diagnostics);
    REQUIRE(lenient.has_value());
    CHECK(lenient->warnings == diagnostics.count());
    CHECK(parse(c.text, false, nullptr)->warnings == diagnostics.count());
    const auto strict = parse(c.text, true, nullptr);
    const std::string rule = std::string("RFC 8216bis ") + c.clause;
    if (*c.clause == '\0') {
      CHECK(diagnostics.count() == 0);
      CHECK(strict.has_value());
      continue;
    }
    const auto& items = diagnostics.items();
    const auto found = std::find_if(items.begin(), items.end(), [&](const Diagnostic& item) {
      return item.rule == rule && item.line == c.line;
    });
    CHECK_MESSAGE(found != items.end(),
                  (items.empty() ? "none"
                                 : items[0].rule + " line " + std::to_string(items[0].line) + " " +
                                       items[0].message));
    REQUIRE_FALSE(strict.has_value());
    CHECK(strict.error().code == ErrorCode::kManifestSyntax);
    CHECK(strict.error().context.find("line ") == 0);
  }
}

TEST_CASE("hls rules: unknown parts are listed as skipped and never refused") {
  Diagnostics diagnostics;
  const std::string text = kHead + "#EXT-X-NEW:1\n#EXT-X-ALLOW-CACHE:YES\n" + kSegment;
  const auto strict = parse(text, true, &diagnostics);
  REQUIRE(strict.has_value());
  REQUIRE(diagnostics.items().size() == 2);
  CHECK(diagnostics.items()[0].severity == Diagnostic::Severity::kSkipped);
  CHECK(diagnostics.items()[0].line == 4);
  CHECK(diagnostics.items()[0].byte == static_cast<int64_t>(kHead.size()));
}

TEST_CASE("hls rules: the list of diagnostics is capped, the count is not") {
  Diagnostics diagnostics;
  std::string text = kHead;
  for (int i = 0; i < 1'500; ++i) text += "#EXT-X-NEW:1\n";
  REQUIRE(parse(text + kSegment, false, &diagnostics).has_value());
  CHECK(diagnostics.items().size() == Diagnostics::kMaxItems);
  CHECK(diagnostics.count() == 1'500);
}

// Each is answered, with a model or a typed error that names the line; time and memory are those of
// one pass (limits.h caps the rest).
TEST_CASE("hls rules: hostile texts") {
  struct Case {
    const char* name;
    std::string text;
    ErrorCode code;  // kRead: a model
    const char* place;
  };
  const ErrorCode kRead = ErrorCode::kInvalidArgument;
  const std::string open = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1";
  std::string ranges = kHead;
  for (int i = 0; i < 21'000; ++i) {
    ranges +=
        "#EXT-X-DATERANGE:START-DATE=\"2025-01-01T00:00:00Z\",ID=\"" + std::to_string(i) + "\"\n";
  }
  std::string parts = kHead;
  for (int i = 0; i < 50'001; ++i) parts += "#EXT-X-PART:URI=\"p\",DURATION=1\n";
  std::string formats = kHead;
  for (int i = 0; i < 20'000; ++i) {
    formats += "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k" + std::to_string(i) + "\",KEYFORMAT=\"f" +
               std::to_string(i % 99) + "\"\n" + kSegment;
  }
  std::string junk = kHead;
  for (int i = 0; i < 100; ++i) {
    junk += "#EXT-X-START:";
    for (int k = 0; k < 20'000; ++k) junk += "a,";
    junk += "\n";
  }
  std::string events = kHead;
  for (int i = 0; i < 5'000; ++i) {
    events += "#EXT-X-DATERANGE:START-DATE=\"2025-01-01T00:00:00Z\",ID=\"" + std::to_string(i) +
              "\"\n#EXT-X-PROGRAM-DATE-TIME:20" + std::to_string(10 + i % 80) +
              "-01-01T00:00:00Z\n" + kSegment;
  }
  const Case cases[] = {
      {"keys of 99 formats for each segment", formats, ErrorCode::kManifestLimit, "line "},
      {"two million items without =", junk + kSegment, kRead, ""},
      {"5,000 events beside 5,000 dates that jump", events, kRead, ""},
      {"a line of 30 MB", kHead + "#EXTINF:4,\n" + std::string(30'000'000, 'a') + "\n",
       ErrorCode::kManifestLimit, "line 5"},
      {"two million commas", open + std::string(2'000'000, ',') + "\na\n",
       ErrorCode::kManifestLimit, "line 2"},
      {"60,000 commas", open + std::string(60'000, ',') + "\na\n", kRead, ""},
      {"30,000 equal names",
       open +
           [] {
             std::string list;
             for (int i = 0; i < 15'000; ++i) list += ",A=1";
             return list;
           }() +
           "\na\n",
       kRead, ""},
      {"a quote that stays open", open + ",NAME=\"" + std::string(60'000, 'a') + "\na\n", kRead,
       ""},
      {"huge numbers", "#EXTM3U\n#EXT-X-TARGETDURATION:999999999999999999999\n#EXTINF:1e308,\na\n",
       kRead, ""},
      {"negative duration", kHead + "#EXTINF:-1,\na\n", ErrorCode::kManifestSyntax, "line 4"},
      {"durations that overflow", kHead + "#EXTINF:9000000000,\na\n#EXTINF:9000000000,\nb\n",
       ErrorCode::kManifestSyntax, "line 7"},
      {"part durations that overflow",
       kHead +
           "#EXT-X-PART:URI=\"p\",DURATION=9000000000\n"
           "#EXT-X-PART:URI=\"p\",DURATION=9000000000\n" +
           kSegment,
       ErrorCode::kManifestSyntax, "line 5"},
      {"byte range that overflows",
       kHead + "#EXTINF:4,\n#EXT-X-BYTERANGE:9@9223372036854775807\na\n",
       ErrorCode::kManifestSyntax, "line 5"},
      {"variable of itself",
       kHead + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"{$a}{$a}\"\n#EXTINF:4,\n{$a}\n", kRead, ""},
      {"21,000 date ranges", ranges + kSegment, ErrorCode::kManifestLimit, "line "},
      {"50,001 parts", parts + kSegment, ErrorCode::kManifestLimit, "line 50004"},
      {"server control beyond time",
       kHead +
           "#EXT-X-PART-INF:PART-TARGET=9000000000000\n"
           "#EXT-X-SERVER-CONTROL:HOLD-BACK=9000000000000\n" +
           kSegment,
       kRead, ""},
      {"range of ages",
       kHead +
           "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"9999-12-31T00:00:00Z\","
           "DURATION=9000000000000\n" +
           kSegment,
       kRead, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    for (const bool collects : {false, true}) {
      Diagnostics diagnostics;
      const auto result = parse(c.text, false, collects ? &diagnostics : nullptr);
      if (c.code == kRead) {
        CHECK_MESSAGE(result.has_value(), result.error().context);
        continue;
      }
      REQUIRE_FALSE(result.has_value());
      CHECK(result.error().code == c.code);
      CHECK_MESSAGE(result.error().context.find(c.place) != std::string::npos,
                    result.error().context);
    }
  }
}

}  // namespace playhead::hls
