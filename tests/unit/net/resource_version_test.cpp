// SPDX-License-Identifier: Apache-2.0
#include "net/resource_version.h"

#include <optional>

#include <doctest/doctest.h>

namespace playhead {
namespace {

ResponseHead head_of(int status, std::vector<HttpHeader> headers,
                     std::optional<int64_t> length = {}) {
  ResponseHead head;
  head.status = status;
  head.headers = std::move(headers);
  head.content_length = length;
  return head;
}

}  // namespace

TEST_CASE("resource_version: what an answer says of the whole resource") {
  const auto whole = version_of(head_of(200, {{"ETag", "\"a\""}, {"Last-Modified", "x"}}, 10));
  CHECK(whole.etag == "\"a\"");
  CHECK(whole.last_modified == "x");
  CHECK(whole.total == 10);
  CHECK(version_of(head_of(206, {{"Content-Range", "bytes 2-3/70"}}, 2)).total == 70);
  CHECK_FALSE(version_of(head_of(206, {{"Content-Range", "bytes 2-3/*"}}, 2)).total);
  CHECK_FALSE(version_of(head_of(206, {}, 2)).total);
  // Its length is that of the code.
  CHECK_FALSE(version_of(head_of(200, {{"Content-Encoding", "gzip"}}, 10)).total);
}

TEST_CASE("resource_version: what contradicts, and what proves") {
  struct Case {
    const char* name;
    ResourceVersion a, b;
    bool may_be_same;
  };
  const Case cases[] = {
      {"nothing is known", {}, {}, true},
      {"the same", {"\"a\"", "x", 5}, {"\"a\"", "x", 5}, true},
      {"another length", {"\"a\"", "x", 5}, {"\"a\"", "x", 6}, false},
      {"another ETag", {"\"a\"", "x", 5}, {"\"b\"", "x", 5}, false},
      {"another weak ETag", {"W/\"a\"", "", {}}, {"W/\"b\"", "", {}}, false},
      {"the same ETag under another date", {"\"a\"", "x", 5}, {"\"a\"", "y", 5}, true},
      {"another date alone", {"", "x", 5}, {"", "y", 5}, false},
      {"another date, one with an ETag", {"\"a\"", "x", 5}, {"", "y", 5}, false},
      {"what one does not say", {"\"a\"", "x", 5}, {"", "", {}}, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(may_be_same(c.a, c.b) == c.may_be_same);
    CHECK(may_be_same(c.b, c.a) == c.may_be_same);
  }
  CHECK(strong_validator(ResourceVersion{"\"a\"", "x", {}}) == "\"a\"");
  CHECK(strong_validator(ResourceVersion{"", "x", {}}) == "x");
  CHECK(strong_validator(ResourceVersion{"W/\"a\"", "x", {}}).empty());
}

}  // namespace playhead
