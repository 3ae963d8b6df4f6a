// SPDX-License-Identifier: Apache-2.0
#include "net/redirect.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("redirect: which answers are followed, and how") {
  struct Case {
    std::string name;
    int status;
    std::string location;
    std::string method;
    std::string url;  // empty: not followed
    std::string next_method;
    bool is_same_origin;
  };
  const std::string base = "https://a.example/x/y";
  const Case cases[] = {
      {"relative", 302, "z?q", "GET", "https://a.example/x/z?q", "GET", true},
      {"default port is the same origin", 301, "https://a.example:443/", "GET",
       "https://a.example:443/", "GET", true},
      {"other letter case is the same origin", 307, "HTTPS://A.example/b", "GET",
       "HTTPS://A.example/b", "GET", true},
      {"other port", 308, "https://a.example:444/", "GET", "https://a.example:444/", "GET", false},
      {"other host", 302, "//b.example/", "GET", "https://b.example/", "GET", false},
      {"subdomain", 302, "https://sub.a.example/", "GET", "https://sub.a.example/", "GET", false},
      {"user in the URL does not hide the host", 302, "https://a.example@b.example/", "GET",
       "https://a.example@b.example/", "GET", false},
      {"POST becomes GET after 301", 301, "/b", "POST", "https://a.example/b", "GET", true},
      {"POST becomes GET after 302", 302, "/b", "POST", "https://a.example/b", "GET", true},
      {"POST becomes GET after 303", 303, "/b", "POST", "https://a.example/b", "GET", true},
      {"PUT becomes GET after 303", 303, "/b", "PUT", "https://a.example/b", "GET", true},
      {"HEAD stays after 303", 303, "/b", "HEAD", "https://a.example/b", "HEAD", true},
      {"POST stays after 307", 307, "/b", "POST", "https://a.example/b", "POST", true},
      {"POST stays after 308", 308, "/b", "POST", "https://a.example/b", "POST", true},
      {"no Location", 302, "", "GET", "", "", false},
      {"300", 300, "/b", "GET", "", "", false},
      {"304", 304, "/b", "GET", "", "", false},
      {"305", 305, "/b", "GET", "", "", false},
      {"200", 200, "/b", "GET", "", "", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto decision = decide_redirect({c.status, c.location, base, c.method, 0, 10});
    REQUIRE(decision);
    REQUIRE(decision->has_value() == !c.url.empty());
    if (c.url.empty()) continue;
    const Redirect& redirect = **decision;
    CHECK(redirect.url == c.url);
    CHECK(redirect.method == c.next_method);
    CHECK(redirect.is_same_origin == c.is_same_origin);
    CHECK(redirect.keeps_body == (c.next_method == c.method));
  }
}

TEST_CASE("N18 N19 N20 redirects that are refused") {
  struct Case {
    std::string name;
    std::string url;
    std::string location;
    int hops;
    ErrorCode code;
  };
  const Case cases[] = {
      {"one hop too many", "http://h/", "/b", 10, ErrorCode::kTooManyRedirects},
      {"to itself", "http://h/b?c", "?c", 0, ErrorCode::kTooManyRedirects},
      {"from https to http", "https://h/", "http://h/", 0, ErrorCode::kForbiddenScheme},
      {"file", "http://h/", "file:///etc/passwd", 0, ErrorCode::kForbiddenScheme},
      {"data", "http://h/", "data:text/plain,a", 0, ErrorCode::kForbiddenScheme},
      {"javascript", "http://h/", "javascript:alert(1)", 0, ErrorCode::kForbiddenScheme},
      {"gopher", "http://h/", "gopher://h:70/", 0, ErrorCode::kForbiddenScheme},
      {"offline", "http://h/", "offline:title", 0, ErrorCode::kForbiddenScheme},
      {"no host", "http://h/", "http:///", 0, ErrorCode::kInvalidUrl},
      {"opaque http", "http://h/", "http:b", 0, ErrorCode::kInvalidUrl},
      {"line break", "http://h/", "/a\r\nX: y", 0, ErrorCode::kInvalidUrl},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto decision = decide_redirect({302, c.location, c.url, "GET", c.hops, 10});
    REQUIRE_FALSE(decision);
    CHECK(decision.error().code == c.code);
  }
}

TEST_CASE("redirect: from http to https is welcome; with no hops allowed nothing is followed") {
  const auto up = decide_redirect({301, "https://h/", "http://h/", "GET", 0, 10});
  REQUIRE(up);
  REQUIRE(up->has_value());
  CHECK_FALSE((*up)->is_same_origin);
  const auto none = decide_redirect({301, "https://h/", "http://h/", "GET", 0, 0});
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
}

TEST_CASE("redirect: refusals do not tell secrets") {
  const auto decision =
      decide_redirect({302, "http://h/?sig=s3cr3t", "https://h/?sig=s3cr3t", "GET", 0, 10});
  REQUIRE_FALSE(decision);
  CHECK(decision.error().context.find("s3cr3t") == std::string::npos);
}

}  // namespace
}  // namespace playhead
