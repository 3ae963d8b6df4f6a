// SPDX-License-Identifier: Apache-2.0
#include "net/head_parser.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("head parser: builds the final answer's head") {
  HeadParser parser;
  int completed = 0;
  for (const std::string line :
       {"HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "\r\n", "HTTP/2 206 \r\n",
        "Content-Type:  video/mp4 \r\n", "CONTENT-LENGTH: 42\r\n", "no colon here\r\n",
        ": no name\r\n", "X-Empty:\r\n", "X-Colons: a:b:c\r\n", "\r\n", "X-Trailer: 1\r\n",
        "\r\n"}) {
    const auto complete = parser.add_line(line);
    REQUIRE(complete);
    completed += *complete ? 1 : 0;
  }
  CHECK(completed == 1);
  CHECK(parser.is_complete());
  const ResponseHead& head = parser.head();
  CHECK(head.status == 206);
  CHECK(head.content_length == 42);
  CHECK(head.header("content-type") == "video/mp4");
  CHECK(head.header("x-colons") == "a:b:c");
  CHECK(head.header("link").empty());
  CHECK(head.header("x-trailer").empty());
  CHECK(head.headers.size() == 4);
}

TEST_CASE("head parser: refuses what has no status") {
  for (const std::string line : {"HTTP/1.1\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 99 x\r\n",
                                 "HTTP/1.1 -20 x\r\n", "HTTP/\r\n"}) {
    CAPTURE(line);
    HeadParser parser;
    const auto complete = parser.add_line(line);
    REQUIRE_FALSE(complete);
    CHECK(complete.error().code == ErrorCode::kBadResponse);
  }
}

TEST_CASE("head parser: a head ends somewhere") {
  HeadParser parser;
  REQUIRE(parser.add_line("HTTP/1.1 200 OK\r\n"));
  const std::string line = "X: " + std::string(1019, 'x') + "\r\n";  // 1024 bytes
  for (int i = 0; i < 63; ++i) REQUIRE(parser.add_line(line));
  const auto complete = parser.add_line(line);
  REQUIRE_FALSE(complete);
  CHECK(complete.error().code == ErrorCode::kBadResponse);
}

TEST_CASE("head parser: a length that is no number is no length") {
  for (const std::string value : {"-1", "abc", "", "1e3", "99999999999999999999"}) {
    CAPTURE(value);
    HeadParser parser;
    REQUIRE(parser.add_line("HTTP/1.1 200 OK\r\n"));
    REQUIRE(parser.add_line("Content-Length: " + value + "\r\n"));
    CHECK_FALSE(parser.head().content_length.has_value());
  }
}

}  // namespace
}  // namespace playhead
