// SPDX-License-Identifier: Apache-2.0
#include "base/rfc3339.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "base/calendar.h"

namespace playhead {

namespace {

constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 3339 §5.6: "T" may be lower case, and a space where people read it.
bool matches_pattern(std::string_view text) {
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const char c = text[i];
    const bool fits = kPattern[i] == 'd'   ? is_digit(c)
                      : kPattern[i] == 'T' ? c == 'T' || c == 't' || c == ' '
                                           : c == kPattern[i];
    if (!fits) return false;
  }
  return true;
}

// Takes ".digits" from the front of `rest`; microseconds. Nothing when a point has no digit.
std::optional<int64_t> take_fraction_us(std::string_view& rest) {
  if (rest.empty() || rest.front() != '.') return 0;
  rest.remove_prefix(1);
  int64_t us = 0;
  int64_t unit = 100'000;
  const std::string_view before = rest;
  while (!rest.empty() && is_digit(rest.front())) {
    us += unit * (rest.front() - '0');
    unit /= 10;
    rest.remove_prefix(1);
  }
  if (rest.size() == before.size()) return std::nullopt;
  return us;
}

// "Z" or "+hh:mm"; microseconds east of UTC.
std::optional<int64_t> parse_offset_us(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) {
    return std::nullopt;
  }
  const auto hours = parse_digits(text.substr(1, 2));
  const auto minutes = parse_digits(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t us = int64_t{*hours * 60 + *minutes} * 60'000'000;
  return text[0] == '-' ? -us : us;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  if (text.size() <= kPattern.size() || !matches_pattern(text)) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    return parse_digits(text.substr(at, size)).value_or(-1);
  };
  const auto whole = to_wall_time({.year = number(0, 4),
                                   .month = number(5, 2),
                                   .day = number(8, 2),
                                   .hour = number(11, 2),
                                   .minute = number(14, 2),
                                   .second = number(17, 2)});
  std::string_view rest = text.substr(kPattern.size());
  const auto fraction_us = take_fraction_us(rest);
  const auto offset_us = parse_offset_us(rest);
  if (!whole || !fraction_us || !offset_us) return std::nullopt;
  return WallTime{whole->us + *fraction_us - *offset_us};
}

std::string format_rfc3339(WallTime time) {
  constexpr int64_t kFirst_us = -62'167'219'200'000'000;  // 0000-01-01T00:00:00Z
  constexpr int64_t kLast_us = 253'402'300'799'999'999;   // 9999-12-31T23:59:59.999999Z
  const int64_t us = std::clamp(time.us, kFirst_us, kLast_us);
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(us)};
  const auto midnight = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(
      std::chrono::floor<std::chrono::milliseconds>(point - midnight));
  char text[40];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

}  // namespace playhead
