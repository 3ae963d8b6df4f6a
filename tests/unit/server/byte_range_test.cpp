// SPDX-License-Identifier: Apache-2.0
#include "byte_range.h"

#include <string>

#include <doctest/doctest.h>

using namespace playhead::server;

TEST_CASE("byte_range: RFC 9110 §14.1.2 against a size") {
  using Kind = ByteRange::Kind;
  struct Case {
    const char* header;
    int64_t size;
    ByteRange expected;
  };
  const ByteRange whole{};
  const ByteRange unsatisfiable{Kind::kUnsatisfiable, 0, 0};
  const Case cases[] = {
      {"bytes=0-0", 10, {Kind::kPart, 0, 0}},
      {"bytes=2-5", 10, {Kind::kPart, 2, 5}},
      {"bytes=0-9", 10, {Kind::kPart, 0, 9}},
      {"bytes=9-", 10, {Kind::kPart, 9, 9}},
      {"bytes=0-", 10, {Kind::kPart, 0, 9}},
      {"bytes=5-100", 10, {Kind::kPart, 5, 9}},
      {"bytes=0-99999999999999999999", 10, {Kind::kPart, 0, 9}},
      {"bytes=-3", 10, {Kind::kPart, 7, 9}},
      {"bytes=-10", 10, {Kind::kPart, 0, 9}},
      {"bytes=-11", 10, {Kind::kPart, 0, 9}},
      {" bytes= 1-2 ", 10, {Kind::kPart, 1, 2}},
      {"bytes=10-", 10, unsatisfiable},
      {"bytes=10-20", 10, unsatisfiable},
      {"bytes=99999999999999999999-", 10, unsatisfiable},
      {"bytes=-0", 10, unsatisfiable},
      {"bytes=0-", 0, unsatisfiable},
      {"bytes=-1", 0, unsatisfiable},
      {"", 10, whole},
      {"bytes=", 10, whole},
      {"bytes=-", 10, whole},
      {"bytes=5-2", 10, whole},
      {"bytes=a-b", 10, whole},
      {"bytes=1-b", 10, whole},
      {"bytes=+1-2", 10, whole},
      {"bytes=1", 10, whole},
      {"bytes=0-1,3-4", 10, whole},
      {"bytes 0-1", 10, whole},
      {"seconds=0-1", 10, whole},
      {"bytes=--1", 10, whole},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.header));
    CAPTURE(c.size);
    const ByteRange range = parse_byte_range(c.header, c.size);
    CHECK(static_cast<int>(range.kind) == static_cast<int>(c.expected.kind));
    CHECK(range.first == c.expected.first);
    CHECK(range.last == c.expected.last);
  }
}
