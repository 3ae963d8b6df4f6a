// SPDX-License-Identifier: Apache-2.0
#include "container/sidx.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "container/box_reader.h"
#include "manifest/sidx_index_builder.h"

namespace playhead {
namespace {

void put(std::vector<uint8_t>& out, uint64_t value, int width) {
  for (int i = width - 1; i >= 0; --i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

struct Reference {
  bool is_index;
  uint32_t size;
  uint32_t duration;
};

std::vector<uint8_t> sidx_box(int version, uint32_t timescale, uint64_t earliest,
                              uint64_t first_offset, const std::vector<Reference>& references) {
  std::vector<uint8_t> body;
  put(body, static_cast<uint64_t>(version), 1);
  put(body, 0, 3);
  put(body, 1, 4);  // reference_ID
  put(body, timescale, 4);
  put(body, earliest, version == 0 ? 4 : 8);
  put(body, first_offset, version == 0 ? 4 : 8);
  put(body, 0, 2);
  put(body, references.size(), 2);
  for (const Reference& r : references) {
    put(body, (r.is_index ? 0x8000'0000u : 0u) | r.size, 4);
    put(body, r.duration, 4);
    put(body, 0x9000'0000u, 4);
  }
  std::vector<uint8_t> box;
  put(box, body.size() + 8, 4);
  put(box, fourcc("sidx"), 4);
  box.insert(box.end(), body.begin(), body.end());
  return box;
}

std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const std::vector<uint8_t> kFreeBox = {0, 0, 0, 8, 'f', 'r', 'e', 'e'};

}  // namespace

TEST_CASE("box reader: walks boxes and refuses sizes that lie") {
  struct Case {
    const char* name;
    std::vector<uint8_t> bytes;
    int boxes;
    bool is_sound;
  };
  const Case cases[] = {
      {"nothing", {}, 0, true},
      {"two", kFreeBox + kFreeBox, 2, true},
      {"to the end", {0, 0, 0, 0, 'm', 'd', 'a', 't', 1, 2}, 1, true},
      {"64-bit size", {0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0, 0, 0, 0, 0, 17, 9}, 1, true},
      {"cut header", {0, 0, 0, 8, 'f'}, 0, false},
      {"cut 64-bit size", {0, 0, 0, 1, 'f', 'r', 'e', 'e', 0, 0}, 0, false},
      {"smaller than its header", {0, 0, 0, 7, 'f', 'r', 'e', 'e'}, 0, false},
      {"64-bit size smaller than its header",
       {0, 0, 0, 1, 'f', 'r', 'e', 'e', 0, 0, 0, 0, 0, 0, 0, 8},
       0,
       false},
      {"larger than the data", {0, 0, 1, 0, 'f', 'r', 'e', 'e'}, 0, false},
      {"64-bit size that wraps",
       {0, 0, 0, 1, 'f', 'r', 'e', 'e', 255, 255, 255, 255, 255, 255, 255, 255},
       0,
       false},
      {"uuid without its type", {0, 0, 0, 8, 'u', 'u', 'i', 'd'}, 0, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    BoxReader reader(c.bytes);
    int boxes = 0;
    bool is_sound = true;
    while (true) {
      Result<std::optional<Box>> box = reader.next();
      is_sound = box.has_value();
      if (!box || !*box) break;
      ++boxes;
    }
    CHECK(boxes == c.boxes);
    CHECK(is_sound == c.is_sound);
  }
}

TEST_CASE("sidx: both versions, offsets from the end of the box") {
  for (const int version : {0, 1}) {
    CAPTURE(version);
    const auto bytes = kFreeBox +
                       sidx_box(version, 1000, 500, 10, {{false, 100, 2000}, {false, 50, 1000}}) +
                       std::vector<uint8_t>{0, 0, 9};  // a box that is cut off follows
    const Result<Sidx> sidx = parse_sidx(bytes, 1'000'000);
    REQUIRE(sidx.has_value());
    CHECK(sidx->timescale == 1000);
    CHECK(sidx->earliest_presentation_ticks == 500);
    REQUIRE(sidx->references.size() == 2);
    const int64_t anchor = 1'000'000 + static_cast<int64_t>(bytes.size()) - 3;
    CHECK(sidx->references[0].offset == anchor + 10);
    CHECK(sidx->references[0].size == 100);
    CHECK(sidx->references[1].offset == anchor + 110);
    CHECK(sidx->references[1].duration_ticks == 1000);
  }
}

TEST_CASE("sidx: damage is a typed error at every length") {
  const auto whole = sidx_box(1, 90'000, 0, 0, {{false, 100, 1}, {true, 100, 1}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const Result<Sidx> sidx = parse_sidx(ByteView(whole.data(), size), 0);
    REQUIRE_FALSE(sidx.has_value());
    CHECK(sidx.error().code == ErrorCode::kContainerSyntax);
  }
  CHECK_FALSE(parse_sidx(sidx_box(0, 0, 0, 0, {{false, 1, 1}}), 0).has_value());
  CHECK_FALSE(parse_sidx(sidx_box(1, 1, 0, ~uint64_t{0}, {{false, 1, 1}}), 0).has_value());
  CHECK_FALSE(parse_sidx(sidx_box(1, 1, 0, (~uint64_t{0}) >> 1, {{false, 1, 1}}), 0).has_value());
  CHECK_FALSE(
      parse_sidx(sidx_box(1, 1, 0, 0, {{false, 1, 1}}), std::numeric_limits<int64_t>::max() - 2)
          .has_value());
}

TEST_CASE("sidx index builder: segments in time and bytes") {
  SidxIndexBuilder builder;
  const auto box = sidx_box(0, 1000, 2000, 0, {{false, 100, 2000}, {false, 50, 1500}});
  REQUIRE(builder.add(box, 700).has_value());
  CHECK_FALSE(builder.missing().has_value());
  const auto index = builder.build("https://h.example/v.mp4", -1s, nullptr);
  REQUIRE(index.has_value());
  REQUIRE((*index)->size() == 2);
  const int64_t first = 700 + static_cast<int64_t>(box.size());
  CHECK((*index)->at(0).start == MediaTime{1'000'000});
  CHECK((*index)->at(0).media.range == ByteRange{first, first + 99});
  CHECK((*index)->at(1).end == MediaTime{4'500'000});
  CHECK((*index)->at(1).media.range == ByteRange{first + 100, first + 149});
}

TEST_CASE("sidx index builder: asks for nested indexes in order") {
  SidxIndexBuilder builder;
  const auto root = sidx_box(0, 10, 0, 0, {{true, 200, 40}, {false, 30, 10}, {true, 300, 20}});
  const auto size = static_cast<int64_t>(root.size());
  REQUIRE(builder.add(root, 0).has_value());
  REQUIRE(builder.missing() == ByteRange{size, size + 199});
  const auto first = sidx_box(0, 10, 0, 0, {{false, 60, 20}, {false, 40, 20}});
  REQUIRE(builder.add(first, size).has_value());
  REQUIRE(builder.missing() == ByteRange{size + 230, size + 529});
  REQUIRE(builder.add(sidx_box(0, 10, 50, 0, {{false, 99, 20}}), size + 230).has_value());
  REQUIRE_FALSE(builder.missing().has_value());
  const auto index = *builder.build("https://h.example/v.mp4", 0s, nullptr);
  REQUIRE(index->size() == 4);
  CHECK(index->at(1).start == MediaTime{2'000'000});
  CHECK(index->at(2).media.range == ByteRange{size + 200, size + 229});
  CHECK(index->end() == MediaTime{7'000'000});
}

TEST_CASE("sidx index builder: an index that names itself for ever comes to an end") {
  SidxIndexBuilder builder;
  const auto self = sidx_box(0, 10, 0, 0, {{true, 44, 40}});
  Result<void> added = builder.add(self, 0);
  int rounds = 0;
  while (added && builder.missing() && rounds < 100'000) {
    added = builder.add(self, 0);
    ++rounds;
  }
  REQUIRE_FALSE(added.has_value());
  CHECK(added.error().code == ErrorCode::kManifestLimit);
}

}  // namespace playhead
