// SPDX-License-Identifier: Apache-2.0
#include "streaming/next_segment.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "unit/streaming/listed_index.h"

namespace playhead {
namespace {

constexpr MediaTime at_ms(int64_t ms) { return MediaTime{ms * 1000}; }

TEST_CASE("next_segment: the one at the cursor, slivers passed over") {
  const auto index = test::ListedIndex::regular(10, 3, 4s);
  struct Case {
    const char* name;
    int64_t cursor_ms;
    bool goes_on;
    int expected;  // -1: none
  };
  const Case cases[] = {{"at the start", 0, false, 0},
                        {"before it", -5'000, false, 0},
                        {"within", 5'000, false, 1},
                        {"at a boundary", 4'000, true, 1},
                        {"a sliver is left: rounding", 3'950, true, 1},
                        {"the same sliver after a seek is wanted", 3'950, false, 0},
                        {"more than rounding is left", 3'800, true, 0},
                        {"a sliver of the last one", 11'990, true, -1},
                        {"behind the last one", 12'000, true, -1}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto next = next_segment(index, at_ms(c.cursor_ms), c.goes_on);
    CHECK((next ? static_cast<int>(*next) : -1) == c.expected);
  }
}

TEST_CASE("next_segment: short segments are not taken for slivers") {
  const auto index = test::ListedIndex::regular(0, 4, 100ms);
  CHECK(next_segment(index, at_ms(140), true) == 1);
  CHECK(next_segment(index, at_ms(160), true) == 2);
}

TEST_CASE("next_media: parts of the segment in progress and of the one the cursor stands in") {
  auto index = test::ListedIndex::regular(10, 2, 4s);  // 0..8 s
  index.add_parts(1, at_ms(4'000), 4, 1s, 4);
  index.add_parts(2, at_ms(8'000), 3, 1s, 2);
  struct Case {
    const char* name;
    int64_t cursor_ms;
    MediaBefore before;
    bool takes_parts;
    const char* url;  // empty: nothing
    uint64_t number;
    bool is_part;
  };
  constexpr auto kNothing = MediaBefore::kNothing, kSame = MediaBefore::kSame;
  constexpr auto kOther = MediaBefore::kOther;
  const Case cases[] = {
      {"a whole segment at its start", 4'000, kSame, true, "s11", 11, false},
      {"half of it is there: its parts", 6'000, kSame, true, "p1.2", 11, true},
      {"the same without parts", 6'000, kSame, false, "s11", 11, false},
      {"seek into it: only its first part is independent", 6'000, kNothing, true, "p1.0", 11, true},
      {"the segment in progress", 8'000, kSame, true, "p2.0", 12, true},
      {"its second part", 9'000, kSame, true, "p2.1", 12, true},
      {"rounding of a part", 8'990, kSame, true, "p2.1", 12, true},
      {"begin in it: the last independent one before", 10'500, kNothing, true, "p2.2", 12, true},
      {"begin in it, earlier", 9'500, kNothing, true, "p2.0", 12, true},
      {"no part is listed yet", 11'000, kSame, true, "", 0, false},
      {"begin where the listed ones end", 11'500, kNothing, true, "p2.2", 12, true},
      {"begin beyond a list that has become old", 25'000, kNothing, true, "", 0, false},
      {"parts are not taken", 8'000, kSame, false, "", 0, false},
      {"another one in the segment in progress", 10'500, kOther, true, "p2.2", 12, true},
      {"another one, earlier in it", 9'000, kOther, true, "p2.0", 12, true},
      {"another one has nothing more", 11'000, kOther, true, "", 0, false},
      {"another one within a segment: all of it", 6'000, kOther, true, "s11", 11, false}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const auto next = next_media(index, at_ms(c.cursor_ms), c.before, c.takes_parts);
    REQUIRE((next ? next->segment.media.url : std::string()) == c.url);
    if (!next) continue;
    CHECK(next->segment.number == c.number);
    CHECK(next->is_part == c.is_part);
  }
}

TEST_CASE("next_media: a part that is announced as absent is a gap, the next one is not") {
  auto index = test::ListedIndex::regular(10, 1, 4s);
  PartialSegment absent{at_ms(4'000), at_ms(5'000), {"a", {}}, true, true};
  PartialSegment there{at_ms(5'000), at_ms(6'000), {"b", {}}, true, false};
  index.set_parts(1, {absent, there});
  CHECK(next_media(index, at_ms(4'000), MediaBefore::kSame, true)->segment.is_gap);
  CHECK_FALSE(next_media(index, at_ms(5'000), MediaBefore::kSame, true)->segment.is_gap);
}

TEST_CASE("next_media: M24 segments after a gap begin where the gap ends") {
  auto gap = test::ListedIndex::regular(0, 1, 4s);
  Segment later = gap.at(0);
  later.number = 1;
  later.start = at_ms(6'000);
  later.end = at_ms(10'000);
  const test::ListedIndex index({gap.at(0), later});
  const auto next = next_media(index, at_ms(4'000), MediaBefore::kSame, false);
  REQUIRE(next);
  CHECK(next->segment.start == at_ms(6'000));
}

// Two segments, two parts of the third, and what is announced.
test::ListedIndex announcing(PreloadHint hint) {
  auto index = test::ListedIndex::regular(10, 2, 4s);
  index.add_parts(2, at_ms(8'000), 2, 1s, 2);
  index.set_hints({{true, {"map", {}}}, std::move(hint)});
  return index;
}

TEST_CASE("hinted_media: the part that is announced, where it will begin") {
  const auto index = announcing({false, {"p2.2", {}}});
  const auto next = hinted_media(index, at_ms(10'000), 1s, {});
  REQUIRE(next);
  CHECK(next->is_part);
  CHECK(next->is_hint);
  CHECK(next->segment.media.url == "p2.2");
  CHECK(next->segment.number == 12);
  CHECK(next->segment.start == at_ms(10'000));
  CHECK(next->segment.end == at_ms(11'000));
  CHECK_FALSE(hinted_media(index, at_ms(9'000), 1s, {}));   // a listed one comes first
  CHECK_FALSE(hinted_media(index, at_ms(11'000), 1s, {}));  // it was asked for
  const auto open_range = announcing({false, {"f", ByteRange{7, {}}}});
  CHECK_FALSE(hinted_media(open_range, at_ms(10'000), 1s, {}));
}

TEST_CASE("next_media: what stands before the first part of a segment applies to it") {
  const auto index = announcing({false, {"p2.2", {}}});
  Segment begun;
  begun.discontinuity_sequence = 3;
  begun.init = std::make_shared<ResourceLocation>(ResourceLocation{"init", {}});
  const auto part = next_media(index, at_ms(8'000), MediaBefore::kSame, true, begun);
  REQUIRE(part);
  CHECK(part->segment.discontinuity_sequence == 3);
  CHECK(part->segment.init == begun.init);
  CHECK(part->segment.number == 12);
  const auto hinted = hinted_media(index, at_ms(10'000), 1s, begun);
  REQUIRE(hinted);
  CHECK(hinted->segment.discontinuity_sequence == 3);
}

TEST_CASE("fate_of_hint: listed as announced, or something else in its place") {
  const auto before = announcing({false, {"p2.2", {}}});
  const Segment hinted = hinted_media(before, at_ms(10'000), 1s, {})->segment;
  CHECK(fate_of_hint(before, hinted, {}).kind == HintFate::Kind::kAnnounced);

  auto listed = announcing({false, {"p2.3", {}}});
  listed.add_parts(2, at_ms(8'000), 3, 1s, 2);
  const HintFate fate = fate_of_hint(listed, hinted, {});
  CHECK(fate.kind == HintFate::Kind::kListed);
  REQUIRE(fate.listed);
  CHECK(fate.listed->segment.end == at_ms(11'000));

  Segment begun;
  begun.discontinuity_sequence = 1;
  CHECK(fate_of_hint(listed, hinted, begun).kind == HintFate::Kind::kWrong);
  Segment other = hinted;
  other.media.url = "other";
  CHECK(fate_of_hint(listed, other, {}).kind == HintFate::Kind::kWrong);
  CHECK(fate_of_hint(announcing({false, {"x", {}}}), hinted, {}).kind == HintFate::Kind::kWrong);
}

}  // namespace
}  // namespace playhead
