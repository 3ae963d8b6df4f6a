// SPDX-License-Identifier: Apache-2.0
#include "streaming/encoder_run.h"

#include <string>

#include <doctest/doctest.h>

#include "manifest/manifest_parser.h"

namespace playhead::test {
namespace {

// Ten segments of a run, from that number on; `date`: of the first.
LoadedIndex playlist(const std::string& run, uint64_t first, const std::string& date = {}) {
  std::string text =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first) + "\n";
  if (!date.empty()) text += "#EXT-X-PROGRAM-DATE-TIME:" + date + "\n";
  for (uint64_t number = first; number < first + 10; ++number) {
    text += "#EXTINF:4,\n" + run + "-" + std::to_string(number) + ".ts?sig=" + run + "\n";
  }
  IndexSource source;
  source.kind = IndexSource::Kind::kHlsMediaPlaylist;
  auto index = parse_index(source, Representation{}, SharedBytes({text.begin(), text.end()}),
                           "http://live.test/v.m3u8");
  REQUIRE(index);
  return *std::move(index);
}

TEST_CASE("encoder run: numbers, then names, tell which run a playlist is of") {
  struct Case {
    const char* name;
    const char* place;
    LoadedIndex index;
    uint64_t begun;  // the first of what told of the new run
    std::vector<MediaNumbers> others;
    bool is_of_before;
  };
  const Case cases[] = {
      {"the new run, from 0", "v", playlist("b", 0), 0, {}, false},
      {"a cache that is behind", "v", playlist("a", 142), 0, {}, true},
      {"the same of another Representation, which was not had before",
       "w",
       playlist("x", 142),
       0,
       {},
       true},
      {"the old run as it went on after that", "v", playlist("a", 155), 0, {}, true},
      {"the new run, as far as the old one", "v", playlist("b", 142), 142, {}, false},
      {"a cache that is behind, as far", "v", playlist("a", 142), 142, {}, true},
      {"as far, of what was not had before", "w", playlist("x", 142), 142, {}, false},
      {"the new run has come to the numbers of old",
       "w",
       playlist("x", 142),
       0,
       {{139, 149}},
       false},
      {"it was had by others, this one is still behind",
       "w",
       playlist("x", 142),
       0,
       {{3, 13}},
       true},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    RunBefore before({{c.begun, c.begun + 2}});
    before.add("v", playlist("a", 140));
    CHECK(before.has(c.place, c.index, c.others) == c.is_of_before);
    // Numbers alone never take the new run for the old one.
    if (!c.is_of_before) CHECK_FALSE(before.is_nearer(*numbers_of(c.index), c.others));
  }
  CHECK_FALSE(RunBefore({{0, 2}}).has("v", playlist("a", 142), {}));
}

TEST_CASE("encoder run: who counts from far before the newest of the others is of another run") {
  struct Case {
    const char* name;
    MediaNumbers mine;
    std::vector<MediaNumbers> others;
    bool is_other;
  };
  const Case cases[] = {
      {"it has begun at 0", {0, 3}, {{97, 105}, {96, 104}}, true},
      {"one of the others is as it was long ago", {0, 3}, {{97, 105}, {96, 104}, {85, 93}}, true},
      {"by one alone nothing can be said", {0, 3}, {{97, 105}}, false},
      {"each counts by itself", {0, 3}, {{97, 105}, {85, 93}}, false},
      {"it is behind the newest", {80, 88}, {{97, 105}, {96, 104}, {85, 93}}, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(is_of_other_run(c.mine, c.others) == c.is_other);
  }
}

TEST_CASE("encoder run: where there are dates, what was made after the run before is not of it") {
  RunBefore before({{140, 142}});
  before.add("v", playlist("a", 140, "2026-01-01T10:00:00Z"));
  CHECK(before.has("v", playlist("a", 142, "2026-01-01T10:00:08Z"), {}));
  CHECK(before.has("v", playlist("a", 149, "2026-01-01T10:00:36Z"), {{0, 10}}));
  CHECK_FALSE(before.has("v", playlist("b", 145, "2026-01-01T10:00:40Z"), {{160, 170}}));
  // A run that says nothing of dates is told by its numbers.
  CHECK(before.has("v", playlist("b", 145), {{160, 170}}));
}

}  // namespace
}  // namespace playhead::test
