// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <limits>

#include <doctest/doctest.h>

namespace playhead {

TEST_CASE("parse_uint64: digits only, overflow is no value") {
  struct Case {
    const char* text;
    std::optional<uint64_t> value;
  };
  const Case cases[] = {
      {"0", 0},
      {"191", 191},
      {"18446744073709551615", std::numeric_limits<uint64_t>::max()},
      {"18446744073709551616", std::nullopt},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"+1", std::nullopt},
      {" 1", std::nullopt},
      {"1 ", std::nullopt},
      {"0x10", std::nullopt},
      {"1abc", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_uint64(c.text) == c.value);
  }
}

TEST_CASE("parse_decimal: fixed point without floating point") {
  struct Case {
    const char* text;
    int digits;
    std::optional<int64_t> value;
  };
  const Case cases[] = {
      {"10", 6, 10'000'000},
      {"9.9766", 6, 9'976'600},
      {".5", 6, 500'000},
      {"7.", 6, 7'000'000},
      {"0.0000019", 6, 1},  // cut off, not rounded
      {"3.000000001", 9, 3'000'000'001},
      {"12.9", 0, 12},
      {"9223372036854.775807", 6, std::numeric_limits<int64_t>::max()},
      {"9223372036854.775808", 6, std::nullopt},
      {"99999999999999999999", 0, std::nullopt},
      {"", 6, std::nullopt},
      {".", 6, std::nullopt},
      {"-1", 6, std::nullopt},
      {"1e3", 6, std::nullopt},
      {"1.2.3", 6, std::nullopt},
      {"nan", 6, std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_decimal(c.text, c.digits) == c.value);
  }
  CHECK(parse_signed_decimal("-2.5", 1) == -25);
  CHECK(parse_signed_decimal("+2.5", 1) == 25);
  CHECK(parse_signed_decimal("--2", 1) == std::nullopt);
}

}  // namespace playhead
