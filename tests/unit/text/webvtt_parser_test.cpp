// SPDX-License-Identifier: Apache-2.0
#include "text/webvtt_parser.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.h"
#include "unit/text/shown_cues.h"

using namespace playhead;
using namespace playhead::text;
using test::shown;

TEST_CASE("webvtt: times, WebVTT 6.3") {
  struct Case {
    const char* text;
    int64_t ms;  // -1: none
  };
  const Case cases[] = {
      {"00:00.000", 0},
      {"00:11.001", 11'001},
      {"59:59.999", 3'599'999},
      {"01:00:00.000", 3'600'000},
      {"1:00:00.000", 3'600'000},
      {"123456:00:00.000", 444'441'600'000},
      {"999999:59:59.999", 3'599'999'999'999},
      {"1000000:00:00.000", -1},
      {"18446744073709551615:00:00.000", -1},
      {"60:00.000", -1},
      {"00:60.000", -1},
      {"0:00.000", -1},
      {"00:00,000", -1},
      {"00:00.00", -1},
      {"00:00.0000", -1},
      {"00:00", -1},
      {":00:00.000", -1},
      {"-1:00:00.000", -1},
      {"00:0a.000", -1},
      {"", -1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto time = parse_webvtt_time(c.text);
    CHECK((time ? time->us : -1'000) == c.ms * 1000);
  }
}

TEST_CASE("webvtt: the file, WebVTT 4.1 and 6.1") {
  struct Case {
    const char* name;
    std::string text, cues;
    int warnings = 0;
  };
  const std::string one = "00:01.000 --> 00:02.000\nHi\n";
  const Case cases[] = {
      {"only the signature", "WEBVTT", ""},
      {"a comment beside the signature", "WEBVTT - a film\n\n" + one, "|1000-2000|Hi"},
      {"byte order mark, CRLF",
       "\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nA\r\nB\r\n\r\n", "|1000-2000|A\nB"},
      {"CR alone", "WEBVTT\r\r00:01.000 --> 00:02.000\rHi", "|1000-2000|Hi"},
      {"header lines", "WEBVTT\nKind: captions\nLanguage: en\n\n" + one, "|1000-2000|Hi"},
      {"no blank line after the header", "WEBVTT\n" + one, "|1000-2000|Hi"},
      {"ids", "WEBVTT\n\nfirst one\n" + one + "\n2\n" + one,
       "first one|1000-2000|Hi;2|1000-2000|Hi"},
      {"notes", "WEBVTT\n\nNOTE a\nb\n\nNOTE\n\n" + one + "\nNOTE end", "|1000-2000|Hi"},
      {"a note does not swallow a cue", "WEBVTT\n\nNOTE a\n" + one, "NOTE a|1000-2000|Hi"},
      {"no blank line between cues", "WEBVTT\n\n" + one + "00:03.000-->00:04.000\nYo",
       "|1000-2000|Hi;|3000-4000|Yo"},
      {"tabs and more space", "WEBVTT\n\n  00:01.000\t-->   00:02.000  \t align:start\nHi",
       "|1000-2000|Hi"},
      {"overlapping cues, any order",
       "WEBVTT\n\n00:05.000 --> 00:09.000\nB\n\n00:01.000 --> 00:06.000\nA",
       "|5000-9000|B;|1000-6000|A"},
      {"a cue without text shows nothing", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n" + one,
       "|1000-2000|Hi"},
      {"an end before the start", "WEBVTT\n\n00:02.000 --> 00:01.000\nbad\n\n" + one,
       "|1000-2000|Hi", 1},
      {"an end at the start", "WEBVTT\n\n00:02.000 --> 00:02.000\nbad", "", 1},
      {"times of no format", "WEBVTT\n\n1 --> 2\nbad\n\n-->\nbad\n\n" + one, "|1000-2000|Hi", 2},
      {"a wrong setting leaves the cue", "WEBVTT\n\n00:01.000 --> 00:02.000 line:x\nHi",
       "|1000-2000|Hi", 1},
      {"garbage between cues", "WEBVTT\n\ngarbage\nmore\n\n" + one, "|1000-2000|Hi", 1},
      {"a style too late", "WEBVTT\n\n" + one + "\nSTYLE\n::cue{color:red}", "|1000-2000|Hi", 1},
      {"ill-formed UTF-8", "WEBVTT\n\n00:01.000 --> 00:02.000\na\xff", "|1000-2000|a\xef\xbf\xbd"},
      {"nothing after the last line", "WEBVTT\n\n00:01.000 --> 00:02.000", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto document = parse_webvtt(as_bytes(c.text));
    REQUIRE(document);
    CHECK(shown(*document) == c.cues);
    CHECK(document->diagnostics.count() == c.warnings);
  }
}

TEST_CASE("webvtt: what is no WebVTT") {
  for (const char* text : {"", "\n", "WEBVT", "WEBVTTX\n", "webvtt\n", " WEBVTT\n",
                           "1\n00:00:01,000 --> 00:00:02,000\nHi", "<html>"}) {
    CAPTURE(text);
    const auto document = parse_webvtt(as_bytes(text));
    REQUIRE_FALSE(document);
    CHECK(document.error().code == ErrorCode::kContainerSyntax);
  }
}

TEST_CASE("webvtt: styles, regions and times inside a cue reach the cues") {
  const auto document = parse_webvtt(
      as_bytes("WEBVTT\n\nSTYLE\n::cue(.x) {\n  color: red;\n}\n\nREGION\nid:r\nwidth:50%\n\n"
               "00:01.000 --> 00:05.000 region:r\n<c.x>a<00:02.000>b\n"));
  REQUIRE(document);
  REQUIRE(document->cues.size() == 1);
  const Cue& cue = document->cues[0];
  REQUIRE(cue.placement.region);
  CHECK(cue.placement.region->width == 0.5);
  REQUIRE(cue.spans.size() == 2);
  CHECK(cue.spans[0].style.color == CueColor{255, 0, 0});
  CHECK_FALSE(cue.spans[0].active_from);
  CHECK(cue.spans[1].active_from == MediaTime{2'000'000});
  CHECK(document->diagnostics.count() == 0);
}

TEST_CASE("webvtt: X-TIMESTAMP-MAP, RFC 8216 3.5") {
  struct Case {
    const char* line;
    std::optional<TimestampMap> map;
  };
  const Case cases[] = {
      {"X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000", TimestampMap{{0}, 900'000}},
      {"X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:01.000", TimestampMap{{1'000'000}, 900'000}},
      {"X-TIMESTAMP-MAP=MPEGTS:8589934592, LOCAL:00:00:00.000", TimestampMap{{0}, 0}},
      {"X-TIMESTAMP-MAP=MPEGTS:8589934591,LOCAL:00:00:00.000", TimestampMap{{0}, 8589934591}},
      {"X-TIMESTAMP-MAP=LOCAL:00:00:00.000", {}},
      {"X-TIMESTAMP-MAP=MPEGTS:-1,LOCAL:00:00:00.000", {}},
      {"X-TIMESTAMP-MAP=", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.line);
    const std::string text = std::string("WEBVTT\n") + c.line + "\n\n00:01.000 --> 00:02.000\nHi";
    const auto document = parse_webvtt(as_bytes(text));
    REQUIRE(document);
    CHECK(document->timestamp_map == c.map);
    CHECK(document->cues.size() == 1);
    CHECK((document->diagnostics.count() == 0) == c.map.has_value());
  }
}

TEST_CASE("A16 subtitles that are malformed or huge end in an error or in fewer cues") {
  const std::vector<uint8_t> huge(static_cast<std::size_t>(limits::kTextBytes) + 1, 'x');
  const auto refused = parse_webvtt(huge);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kTooLarge);

  std::string many = "WEBVTT\n\n";
  for (std::size_t i = 0; i < limits::kCues + 10; ++i) many += "00:01.000 --> 00:02.000\nx\n\n";
  const auto cut = parse_webvtt(as_bytes(many));
  REQUIRE(cut);
  CHECK(cut->cues.size() == limits::kCues);
  CHECK(cut->diagnostics.count() == 1);
  CHECK(cut->is_full);

  const std::string long_cue =
      "WEBVTT\n\n00:01.000 --> 00:02.000\n" + std::string(limits::kCueTextBytes + 1, 'x');
  const auto shortened = parse_webvtt(as_bytes(long_cue));
  REQUIRE(shortened);
  REQUIRE(shortened->cues.size() == 1);
  CHECK(plain_text(shortened->cues[0]).size() == limits::kCueTextBytes);
}
