// SPDX-License-Identifier: Apache-2.0
#include "base/iso8601.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {

TEST_CASE("parse_iso_duration: xs:duration without a sign") {
  struct Case {
    const char* text;
    std::optional<Duration> value;
  };
  const Case cases[] = {
      {"PT5S", 5s},
      {"PT0S", 0s},
      {"P", 0s},
      {"PT", 0s},
      {"P3Y", 94'608'000s},
      {"P2M", 5'184'000s},
      {"P7D", 604'800s},
      {"P1W", 604'800s},
      {"PT1H2M3.3S", 3'723'300ms},
      {"PT.1S", 100ms},
      {"P1DT1H2M3S", 90'123s},
      {"P1Y1M1DT1H2M3S", 34'218'123s},
      {"p1y1m1dt1h2m3s", 34'218'123s},
      {"PT0.0000019S", Duration{1}},
      {"", std::nullopt},
      {"-PT3S", std::nullopt},
      {"PT-3S", std::nullopt},
      {"P1Sasdf", std::nullopt},
      {"P1S", std::nullopt},
      {"PT1.5H", std::nullopt},
      {"PT5", std::nullopt},
      {"1H2M3S", std::nullopt},
      {"123", std::nullopt},
      {"PT9223372036855S", std::nullopt},
      {"P99999999999999999999Y", std::nullopt},
      {"P292471YT200000000000S", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const std::optional<Duration> value = parse_iso_duration(c.text);
    CHECK(value.has_value() == c.value.has_value());
    if (value && c.value) CHECK(value->count() == c.value->count());
  }
}

TEST_CASE("parse_iso_date_time: RFC 3339 and what manifests make of it") {
  struct Case {
    const char* text;
    std::optional<int64_t> us;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2000-01-01T00:00:00Z", 946'684'800'000'000},
      {"2000-02-29T00:00:00Z", 951'782'400'000'000},
      {"2015-11-30T12:46:33", 1'448'887'593'000'000},
      {"2015-11-30T12:46:33+06:00", 1'448'865'993'000'000},
      {"2015-11-30T12:46:33+0600", 1'448'865'993'000'000},
      {"2015-11-30T12:46:33-01", 1'448'891'193'000'000},
      {"2015-11-30T12:46:33.1234567Z", 1'448'887'593'123'456},
      {"1969-12-31T23:59:59.5Z", -500'000},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000'000},
      {"2015-11-30T12:46Z", 1'448'887'560'000'000},
      {"2001-02-29T00:00:00Z", std::nullopt},
      {"2000-99-99T99:99:99.999Z", std::nullopt},
      {"2000-01-01", std::nullopt},
      {"2000-01-01T00:00:00.Z", std::nullopt},
      {"2000-01-01T00:00:00Zx", std::nullopt},
      {"November 30, 2015", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const std::optional<WallTime> value = parse_iso_date_time(c.text);
    CHECK(value.has_value() == c.us.has_value());
    if (value && c.us) CHECK(value->us == *c.us);
  }
}

}  // namespace playhead
