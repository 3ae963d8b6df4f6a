// SPDX-License-Identifier: Apache-2.0
#include "timestamps.h"

#include <doctest/doctest.h>

using namespace playhead::server;

TEST_CASE("timestamps: RFC 3339 texts") {
  struct Case {
    const char* text;
    std::optional<int64_t> ms;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2023-11-14T22:13:20Z", 1'700'000'000'000},
      {"2023-11-14t22:13:20z", 1'700'000'000'000},
      {"2023-11-14 22:13:20Z", 1'700'000'000'000},
      {"2023-11-14T22:13:20.5Z", 1'700'000'000'500},
      {"2023-11-14T22:13:20.123456789Z", 1'700'000'000'123},
      {"2023-11-15T00:13:20+02:00", 1'700'000'000'000},
      {"2023-11-14T16:43:20-05:30", 1'700'000'000'000},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000},
      {"9999-12-31T23:59:59.999Z", kMaxTimestampMs},
      {"1969-12-31T23:59:59Z", std::nullopt},
      {"9999-12-31T23:59:59-00:01", std::nullopt},
      {"2023-02-29T00:00:00Z", std::nullopt},
      {"2023-13-01T00:00:00Z", std::nullopt},
      {"2023-00-01T00:00:00Z", std::nullopt},
      {"2023-11-14T24:00:00Z", std::nullopt},
      {"2023-11-14T22:60:00Z", std::nullopt},
      {"2023-11-14T22:13:61Z", std::nullopt},
      {"2023-11-14T22:13:20", std::nullopt},
      {"2023-11-14T22:13:20.Z", std::nullopt},
      {"2023-11-14T22:13:20+2:00", std::nullopt},
      {"2023-11-14T22:13:20Zjunk", std::nullopt},
      {"2023-11-14", std::nullopt},
      {"yesterday", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.text));
    CHECK(parse_rfc3339(c.text) == c.ms);
  }
}

TEST_CASE("timestamps: printing") {
  CHECK(format_rfc3339(1'709'210'096) == "2024-02-29T12:34:56Z");
  CHECK(format_rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(format_http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 §5.6.7
}
