// SPDX-License-Identifier: Apache-2.0
#include "text/text_timing.h"

#include <string>

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::text;

namespace {

constexpr int64_t kSecond = 1'000'000;
// 2^33 ticks of 90 kHz: 95,443.717688 s.
constexpr int64_t kWrapUs = ticks_to_us(int64_t{1} << 33, 90'000);

TextDocument document_with(MediaTime start, std::optional<TimestampMap> map) {
  TextDocument document;
  Cue cue;
  cue.start = start;
  cue.end = start + Duration{kSecond};
  cue.spans.push_back({});
  cue.spans[0].text = "x";
  document.add(cue);
  document.timestamp_map = map;
  return document;
}

}  // namespace

TEST_CASE("text timing: X-TIMESTAMP-MAP, RFC 8216 3.5") {
  struct Case {
    const char* name;
    int64_t cue_s;
    std::optional<TimestampMap> map;
    int64_t container_offset_us;  // presentation - MPEG-2 time, as the video learnt it
    int64_t segment_s;
    int64_t expected_us;  // where the cue stands
  };
  const int64_t ten_s = 900'000;  // ticks
  const Case cases[] = {
      {"the packager's usual 10 s", 4, TimestampMap{{0}, ten_s}, -10 * kSecond, 0, 4 * kSecond},
      {"a local time that is not 0", 3604, TimestampMap{{3600 * kSecond}, ten_s}, -10 * kSecond, 0,
       4 * kSecond},
      {"after a discontinuity the video's new offset counts", 1, TimestampMap{{0}, 0}, 60 * kSecond,
       60, 61 * kSecond},
      {"video wrapped, the map did not", 2, TimestampMap{{0}, (int64_t{1} << 33) - 90'000},
       -kWrapUs + kSecond, 0, 2 * kSecond},
      {"the map wrapped, video counts on", 2, TimestampMap{{0}, 0}, -kWrapUs, 0, 2 * kSecond},
      {"30 hours into a live stream whose map still says the beginning", 108'000,
       TimestampMap{{0}, ten_s}, -10 * kSecond, 108'000, 108'000 * kSecond},
      {"the same, with video unwrapped once", 108'000, TimestampMap{{0}, ten_s},
       -10 * kSecond + kWrapUs, 108'000, 108'000 * kSecond},
      {"no map: cue time 0 is MPEG-2 time 0", 12, {}, -10 * kSecond, 0, 2 * kSecond},
      {"no map, and the rule leads astray: as written", 12, {}, -5000 * kSecond, 10, 12 * kSecond},
      {"a wrong map is followed: it was meant", 12, TimestampMap{{0}, 0}, -5000 * kSecond, 10,
       -4988 * kSecond},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    TextDocument document = document_with({c.cue_s * kSecond}, c.map);
    const HlsTextPlace place{
        Duration{c.container_offset_us}, {c.segment_s * kSecond}, {(c.segment_s + 6) * kSecond}};
    shift(document, hls_text_offset(document, place));
    REQUIRE(document.cues.size() == 1);
    CHECK(std::abs(document.cues[0].start.us - c.expected_us) <= 1);
  }
  CHECK(hls_text_offset({}, {}) == Duration{0});
}

TEST_CASE("text timing: shifts and cuts stay within bounds") {
  TextDocument document = document_with({5 * kSecond}, {});
  document.cues[0].spans[0].active_from = MediaTime{5'500'000};
  shift(document, Duration{2 * kSecond});
  CHECK(document.cues[0].start.us == 7 * kSecond);
  CHECK(document.cues[0].end.us == 8 * kSecond);
  CHECK(document.cues[0].spans[0].active_from == MediaTime{7'500'000});

  TextDocument open = document_with({0}, {});
  open.cues[0].end = MediaTime::max();
  shift(open, Duration{kSecond});
  CHECK(open.cues[0].end == MediaTime::max());
  shift(open, Duration::max());
  CHECK(open.cues.size() == 1);
  CHECK(open.cues[0].start < open.cues[0].end);

  clip(document, {7'500'000}, {7'750'000});
  REQUIRE(document.cues.size() == 1);
  CHECK(document.cues[0].start.us == 7'500'000);
  CHECK(document.cues[0].end.us == 7'750'000);
  clip(document, {9 * kSecond}, {10 * kSecond});
  CHECK(document.cues.empty());
}
