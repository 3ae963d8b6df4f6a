// SPDX-License-Identifier: Apache-2.0
#include "net/http_headers.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

constexpr int64_t kSecond = 1'000'000;
// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7
constexpr WallTime kExample{784'111'777 * kSecond};

TEST_CASE("http headers: dates in the three forms of RFC 9110 §5.6.7") {
  struct Case {
    std::string text;
    int64_t seconds;
  };
  const Case cases[] = {{"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777},
                        {"Sunday, 06-Nov-94 08:49:37 GMT", 784'111'777},
                        {"Sun Nov  6 08:49:37 1994", 784'111'777},
                        {" sun, 06 NOV 1994 08:49:37 gmt ", 784'111'777},
                        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
                        {"Thu, 29 Feb 2024 23:59:60 GMT", 1'709'251'200},
                        {"Tuesday, 19-Jan-38 03:14:08 GMT", 2'147'483'648},
                        {"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto time = parse_http_date(c.text);
    REQUIRE(time);
    CHECK(time->us == c.seconds * kSecond);
  }
}

TEST_CASE("http headers: dates that are none") {
  for (const std::string text :
       {"", "yesterday", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Thu, 29 Feb 2023 00:00:00 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT", ",", ", - - :"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("N14 Retry-After as seconds and as a date of the host's own clock") {
  struct Case {
    std::string name;
    std::string value;
    std::string date;
    std::optional<Duration> delay;
  };
  const std::string example = "Sun, 06 Nov 1994 08:49:37 GMT";
  const Case cases[] = {
      {"seconds", "120", "", 120s},
      {"zero", "0", "", 0s},
      {"spaces around", " 7 ", "", 7s},
      {"a day", "86400", "", 24h},
      {"more seconds than anybody waits", "999999999999999999", "", 365 * 24h},
      {"a date nobody lives to see", "Fri, 31 Dec 9999 23:59:59 GMT", "", 365 * 24h},
      {"date after our clock", "Sun, 06 Nov 1994 08:50:37 GMT", "", 60s},
      {"date in the past", "Sun, 06 Nov 1994 08:48:37 GMT", "", 0s},
      {"server's clock decides", "Sun, 06 Nov 1994 09:00:10 GMT", "Sun, 06 Nov 1994 09:00:00 GMT",
       10s},
      {"bad server date: ours decides", "Sun, 06 Nov 1994 08:49:47 GMT", "noon", 10s},
      {"negative", "-5", "", std::nullopt},
      {"fraction", "1.5", "", std::nullopt},
      {"text", "soon", "", std::nullopt},
      {"empty", "", "", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK((parse_retry_after(c.value, c.date, kExample) == c.delay));
  }
}

TEST_CASE("http headers: Content-Range") {
  struct Case {
    std::string text;
    bool is_valid;
    ContentRange range;
  };
  const Case cases[] = {{"bytes 0-499/1234", true, {0, 499, 1234}},
                        {"BYTES 500-999/*", true, {500, 999, std::nullopt}},
                        {"bytes 0-0/1", true, {0, 0, 1}},
                        {"bytes */1234", false, {}},
                        {"bytes 5-4/10", false, {}},
                        {"bytes 0-10/10", false, {}},
                        {"bytes 0-4", false, {}},
                        {"bytes -1-4/10", false, {}},
                        {"items 0-4/10", false, {}},
                        {"bytes 0-99999999999999999999/1", false, {}},
                        {"", false, {}}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto range = parse_content_range(c.text);
    REQUIRE(range.has_value() == c.is_valid);
    if (!range) continue;
    CHECK(range->first == c.range.first);
    CHECK(range->last == c.range.last);
    CHECK((range->total == c.range.total));
  }
}

TEST_CASE("http headers: Range") {
  CHECK(range_header({2, 5}) == "bytes=2-5");
  CHECK(range_header({7, std::nullopt}) == "bytes=7-");
}

TEST_CASE("http headers: counts") {
  CHECK(parse_count("0") == 0);
  CHECK(parse_count("9223372036854775807") == INT64_MAX);
  for (const std::string text : {"", "-1", "-0", "+1", " 1", "1 ", "0x1", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_count(text).has_value());
  }
}

TEST_CASE("http headers: only strong validators prove identity") {
  struct Case {
    std::string name;
    std::vector<HttpHeader> headers;
    std::string validator;
  };
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const Case cases[] = {{"strong", {{"ETag", "\"a\""}, {"Last-Modified", date}}, "\"a\""},
                        {"weak", {{"ETag", "W/\"a\""}, {"Last-Modified", date}}, ""},
                        {"unquoted", {{"ETag", "abc"}}, ""},
                        {"date", {{"last-modified", date}}, date},
                        {"none", {}, ""}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ResponseHead head;
    head.headers = c.headers;
    CHECK(strong_validator(head) == c.validator);
  }
}

}  // namespace
}  // namespace playhead
