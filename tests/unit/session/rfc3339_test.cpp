// SPDX-License-Identifier: Apache-2.0
#include "base/rfc3339.h"

#include <limits>

#include <doctest/doctest.h>

#include "base/iso8601.h"

namespace playhead {

TEST_CASE("rfc3339: UTC with milliseconds") {
  struct Case {
    const char* name;
    int64_t us;
    const char* text;
  };
  const Case cases[] = {
      {"the epoch", 0, "1970-01-01T00:00:00.000Z"},
      {"microseconds are cut off", 1'700'000'000'123'999, "2023-11-14T22:13:20.123Z"},
      {"before the epoch: still rounded down", -1, "1969-12-31T23:59:59.999Z"},
      {"leap day", 1'709'164'800'000'000, "2024-02-29T00:00:00.000Z"},
      {"clamped above", std::numeric_limits<int64_t>::max(), "9999-12-31T23:59:59.999Z"},
      {"clamped below", std::numeric_limits<int64_t>::min(), "0000-01-01T00:00:00.000Z"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(format_rfc3339(WallTime{c.us}) == c.text);
  }
}

TEST_CASE("rfc3339: what is written is read back to the millisecond") {
  for (int64_t us = 1'600'000'000'000'000; us < 1'900'000'000'000'000; us += 86'399'999'777'777) {
    const auto read = parse_iso_date_time(format_rfc3339(WallTime{us}));
    REQUIRE(read.has_value());
    CHECK(read->us == us / 1000 * 1000);
  }
}

}  // namespace playhead
