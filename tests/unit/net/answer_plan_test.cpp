// SPDX-License-Identifier: Apache-2.0
#include "net/answer_plan.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr int64_t kMany = int64_t{3} << 20;  // more than is worth skipping

TEST_CASE("answer plan: which part of an answer continues what is there") {
  struct Case {
    std::string name;
    int status;
    std::vector<HttpHeader> headers;
    std::optional<int64_t> length;
    std::optional<ByteRange> wanted;
    int64_t delivered;
    std::string validator;
    std::optional<int64_t> total;
    std::optional<ErrorCode> error;
    int64_t skip;
    std::optional<int64_t> take;
  };
  const HttpHeader etag{"ETag", "\"a\""};
  const HttpHeader other{"ETag", "\"b\""};
  const auto range = [](const std::string& text) {
    return HttpHeader{"Content-Range", "bytes " + text};
  };
  constexpr auto kBad = ErrorCode::kBadResponse;
  constexpr auto kChanged = ErrorCode::kConnectionLost;
  const Case cases[] = {
      {"whole", 200, {}, 10, {}, 0, "", {}, {}, 0, {}},
      {"part nobody asked for", 206, {range("0-4/10")}, 5, {}, 0, "", {}, kBad, 0, {}},
      {"range", 206, {range("2-5/10")}, 4, ByteRange{2, 5}, 0, "", {}, {}, 0, 4},
      {"open range", 206, {range("2-9/10")}, 8, ByteRange{2, {}}, 0, "", {}, {}, 0, {}},
      {"shorter range", 206, {range("2-3/10")}, 2, ByteRange{2, 5}, 0, "", {}, {}, 0, 4},
      {"longer range", 206, {range("2-6/10")}, 5, ByteRange{2, 5}, 0, "", {}, kBad, 0, {}},
      {"other start", 206, {range("0-5/10")}, 6, ByteRange{2, 5}, 0, "", {}, kBad, 0, {}},
      {"which range it is", 206, {}, 3, ByteRange{2, 5}, 0, "", {}, kBad, 0, {}},
      {"unsaid, but of the right length", 206, {}, 4, ByteRange{2, 5}, 0, "", {}, {}, 0, 4},
      {"broken Content-Range", 206, {range("x")}, 4, ByteRange{2, 5}, 0, "", {}, kBad, 0, {}},
      {"range ignored, near", 200, {}, 10, ByteRange{2, 5}, 0, "", {}, {}, 2, 4},
      {"range ignored, far", 200, {}, {}, ByteRange{kMany, {}}, 0, "", {}, kBad, 0, {}},
      {"resumed", 206, {range("4-9/10"), etag}, 6, {}, 4, "\"a\"", 10, {}, 0, {}},
      {"resumed range", 206, {range("6-8/10")}, 3, ByteRange{2, 8}, 4, "", 10, {}, 0, 3},
      {"resumed, other entity",
       206,
       {range("4-9/10"), other},
       6,
       {},
       4,
       "\"a\"",
       10,
       kChanged,
       0,
       {}},
      {"resumed, other size", 206, {range("4-11/12")}, 8, {}, 4, "", 10, kChanged, 0, {}},
      {"resumed, nothing to compare", 206, {range("4-9/*")}, 6, {}, 4, "", 10, {}, 0, {}},
      {"whole again, same entity", 200, {etag}, 10, {}, 4, "\"a\"", 10, {}, 4, {}},
      {"whole again, far in, same entity", 200, {etag}, {}, {}, kMany, "\"a\"", {}, {}, kMany, {}},
      {"whole again, other entity", 200, {other}, 10, {}, 4, "\"a\"", 10, kChanged, 0, {}},
      {"whole again, unproven", 200, {}, 10, {}, 4, "", 10, kChanged, 0, {}},
      {"whole again, proof lost", 200, {}, 10, {}, 4, "\"a\"", 10, kChanged, 0, {}},
      {"whole again for a range", 200, {etag}, 10, ByteRange{2, 8}, 4, "\"a\"", 10, {}, 6, 3},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ResponseHead head;
    head.status = c.status;
    head.headers = c.headers;
    head.content_length = c.length;
    const bool is_range_asked = c.wanted.has_value() || c.delivered > 0;
    const auto plan =
        plan_answer({head, c.wanted, is_range_asked, c.delivered, c.validator, c.total});
    REQUIRE(plan.has_value() == !c.error.has_value());
    if (c.error) {
      CHECK(plan.error().code == *c.error);
      continue;
    }
    CHECK(plan->skip == c.skip);
    CHECK((plan->take == c.take));
  }
}

}  // namespace
}  // namespace playhead
