// SPDX-License-Identifier: Apache-2.0
#include "playback/stored_body.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "playback/track_ids_json.h"

namespace playhead::offline {
namespace {

ResourceRow row(int64_t number, std::optional<ByteRange> range, int64_t size) {
  ResourceRow row;
  row.row = number;
  row.planned.key.range = range;
  row.planned.size = size;
  row.state = ResourceState::kDone;
  row.content_type = "video/mp4";
  return row;
}

// "row:offset+length …"
std::string outline(const StoredBody& body) {
  std::string text;
  for (const BodyPiece& piece : body.pieces) {
    text += (text.empty() ? "" : " ") + std::to_string(piece.row.row) + ":" +
            std::to_string(piece.offset) + "+" + std::to_string(piece.length);
  }
  return text;
}

TEST_CASE("stored_body: which bytes of which files answer a request") {
  const std::vector<ResourceRow> whole = {row(1, {}, 100)};
  const std::vector<ResourceRow> cut_out = {row(2, ByteRange{1000, 1099}, 100)};
  const std::vector<ResourceRow> parts = {row(3, ByteRange{0, 99}, 100),
                                          row(4, ByteRange{100, 199}, 100),
                                          row(5, ByteRange{200, 299}, 50)};
  const std::vector<ResourceRow> to_the_end = {row(6, ByteRange{500, std::nullopt}, 40)};
  struct Case {
    const char* name;
    const std::vector<ResourceRow>& rows;
    std::optional<ByteRange> range;
    int status;
    const char* pieces;
    const char* content_range;
  };
  const Case cases[] = {
      {"a file", whole, {}, 200, "1:0+100", ""},
      {"part of a file", whole, ByteRange{10, 19}, 206, "1:10+10", "bytes 10-19/100"},
      {"its rest", whole, ByteRange{90, std::nullopt}, 206, "1:90+10", "bytes 90-99/100"},
      {"more than there is", whole, ByteRange{90, 500}, 206, "1:90+10", "bytes 90-99/100"},
      {"behind its end", whole, ByteRange{100, 120}, 416, "", "bytes */100"},
      {"a range that was kept", cut_out, ByteRange{1000, 1099}, 206, "2:0+100",
       "bytes 1000-1099/*"},
      {"within a range that was kept", cut_out, ByteRange{1040, 1049}, 206, "2:40+10",
       "bytes 1040-1049/*"},
      {"a file in parts", parts, {}, 200, "3:0+100 4:0+100 5:0+50", ""},
      {"over a seam", parts, ByteRange{90, 109}, 206, "3:90+10 4:0+10", "bytes 90-109/*"},
      {"from the second on",
       {parts},
       ByteRange{150, std::nullopt},
       206,
       "4:50+50 5:0+50",
       "bytes 150-249/*"},
      {"a range without an end", to_the_end, ByteRange{500, std::nullopt}, 206, "6:0+40",
       "bytes 500-539/*"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const StoredBody body = make_stored_body(c.rows, c.range);
    CHECK(body.head.status == c.status);
    CHECK(outline(body) == c.pieces);
    CHECK(body.head.header("content-range") == c.content_range);
    CHECK(body.head.content_length == body.length);
    CHECK(body.head.header("content-type") == "video/mp4");
  }
}

TEST_CASE("track_ids: what the journal says of the tracks") {
  struct Case {
    const char* name;
    std::string text;
    std::optional<std::vector<std::string>> ids;  // none: it is damaged
  };
  using Ids = std::vector<std::string>;
  const Case cases[] = {
      {"nothing", "", Ids{}},
      {"two", R"({"representations":["v1","a \"x\""]})", Ids{"v1", "a \"x\""}},
      {"other things as well", R"({"representations":["v1"],"more":1})", Ids{"v1"}},
      {"none", R"({})", Ids{}},
      {"no JSON", "{", std::nullopt},
      {"no object", "[]", std::nullopt},
      {"no list", R"({"representations":"v1"})", std::nullopt},
      {"a number among them", R"({"representations":["v1",2]})", std::nullopt},
      {"deeper than it may be", std::string(100'000, '['), std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto ids = read_track_ids(c.text);
    REQUIRE(ids.has_value() == c.ids.has_value());
    if (ids) CHECK(*ids == *c.ids);
    if (!ids) CHECK(ids.error().code == ErrorCode::kStoreCorrupt);
  }
}

}  // namespace
}  // namespace playhead::offline
