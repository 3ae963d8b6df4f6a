// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_alignment.h"

#include <cstdio>
#include <string>

#include <doctest/doctest.h>

#include "manifest/hls/media_playlist_parser.h"
#include "unit/manifest/manifest_test_support.h"

namespace playhead::hls {
namespace {

// Segments of 4 s; "date" is the seconds of the first one's EXT-X-PROGRAM-DATE-TIME, in ms.
struct Spec {
  int first;
  int count;
  int date_ms = -1;
  int discontinuity = 0;
};

MediaPlaylist playlist(const Spec& spec) {
  std::string text =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(spec.first) +
      "\n#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(spec.discontinuity) + "\n";
  if (spec.date_ms >= 0) {
    char date[80];
    std::snprintf(date, sizeof date, "#EXT-X-PROGRAM-DATE-TIME:2024-01-01T00:%02d:%02d.%03dZ\n",
                  spec.date_ms / 60'000, spec.date_ms / 1000 % 60, spec.date_ms % 1000);
    text += date;
  }
  for (int i = 0; i < spec.count; ++i) {
    text += "#EXTINF:4,\ns" + std::to_string(spec.first + i) + ".ts\n";
  }
  auto parsed = parse_media_playlist(test::bytes_of(text), "https://h.example/l.m3u8", nullptr);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *std::move(parsed);
}

TEST_CASE("hls alignment: by date, else by number, else by their ends") {
  struct Case {
    const char* name;
    Spec reference, other;
    int64_t start_ms;
    Duration passed = 0s;
    bool is_guess = false;
  };
  const Case cases[] = {
      {"same dates", {10, 5, 60'000}, {10, 5, 60'000}, 0},
      {"two segments later", {10, 5, 60'000}, {12, 5, 68'000}, 8'000},
      {"the dates count, not the numbers", {10, 5, 60'000}, {700, 5, 64'000}, 4'000},
      {"rounding is the same moment", {10, 5, 60'000}, {11, 5, 64'040}, 4'000},
      {"more than rounding is not", {10, 5, 60'000}, {11, 5, 65'000}, 5'000},
      {"M17 a wrong discontinuity sequence does not matter",
       {10, 5, 60'000, 3},
       {11, 5, 64'000, 9},
       4'000},
      {"an earlier window", {10, 5, 60'000}, {8, 5, 52'000}, -8'000},
      {"dates in one only: numbers", {10, 5, 60'000}, {12, 5}, 8'000},
      {"no dates: numbers", {10, 5}, {13, 5}, 12'000},
      {"no dates, behind", {10, 5}, {8, 4}, -8'000},
      {"no dates, what comes next", {10, 5}, {15, 1}, 20'000},
      {"no dates, after what neither lists", {10, 5}, {17, 2}, 28'000},
      {"further apart than a window: both end now", {10, 5}, {21, 3}, 8'000, 0s, true},
      {"M17 further apart than a window, but much time has passed", {10, 5}, {95, 5}, 340'000, 330s},
      {"further than could be made in that time", {10, 5}, {95, 5}, 0, 150s, true},
      {"nothing in common: both end now", {10, 5}, {500, 3}, 8'000, 0s, true},
      {"no dates, right before: both end now", {10, 5}, {8, 2}, 12'000, 0s, true},
      {"parts alone, of what the other lists", {10, 5}, {12, 0}, 8'000},
      {"parts alone, of what the other has in progress", {10, 5}, {15, 0}, 20'000},
      {"parts alone, after what neither lists", {10, 5}, {17, 0}, 28'000},
      {"parts alone, behind", {10, 5}, {9, 0}, -4'000},
      {"parts alone, with a date", {10, 5, 60'000}, {700, 0, 64'000}, 4'000},
      {"parts alone, of another count", {10, 5}, {500, 0}, 0, 0s, true},
      {"after parts alone", {10, 0}, {10, 3}, 0},
      {"after what parts alone had in progress", {10, 0}, {12, 3}, 8'000},
      {"up to parts alone", {10, 0}, {7, 3}, -12'000},
      {"two of parts alone, one segment on", {10, 0}, {11, 0}, 4'000},
      {"two of parts alone, one segment behind", {10, 0}, {9, 0}, -4'000},
      {"two of parts alone, far apart", {10, 0}, {90, 0}, 0, 0s, true}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const AlignedStart start = aligned_start(playlist(c.other), playlist(c.reference), c.passed);
    CHECK(start.ticks * 1000 / MediaPlaylist::kTicksPerSecond == c.start_ms);
    CHECK(start.is_guess == c.is_guess);
  }
}

TEST_CASE("M13 hls alignment: another run of the encoder is placed by dates, else after the old") {
  struct Case {
    const char* name;
    Spec reference, other;
    int64_t start_ms;
  };
  const Case cases[] = {{"dates", {10, 5, 60'000}, {0, 3, 88'000}, 28'000},
                        {"dates in one only", {10, 5, 60'000}, {0, 3}, 21'500},
                        {"numbers say nothing", {10, 5}, {11, 3}, 21'500},
                        {"only begun", {10, 5}, {0, 0}, 21'500},
                        {"only begun, with dates", {10, 5, 60'000}, {0, 0, 88'000}, 28'000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const int64_t ticks =
        next_run_start(playlist(c.other), playlist(c.reference), MediaTime{21'500'000});
    CHECK(ticks * 1000 / MediaPlaylist::kTicksPerSecond == c.start_ms);
  }
}

TEST_CASE("hls alignment: a playlist that has only begun stands where the other does") {
  const MediaPlaylist empty = playlist({0, 0});
  const MediaPlaylist reference = playlist({10, 5});
  CHECK(aligned_start(empty, reference).ticks == reference.start_ticks);
  CHECK(aligned_start(reference, empty).ticks == empty.start_ticks);
}

}  // namespace
}  // namespace playhead::hls
