// SPDX-License-Identifier: Apache-2.0
#include "base/http_date.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/calendar.h"

namespace playhead {

namespace {

constexpr Duration kMaxRetryAfter = 24h;

// The parts between spaces, commas and dashes; at most `kMaxParts`.
constexpr std::size_t kMaxParts = 8;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty() && parts.size() < kMaxParts) {
    const std::size_t end = std::min(text.find_first_of(" ,-"), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

int month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? 0 : static_cast<int>(found - kNames.begin()) + 1;
}

// The obsolete form has two digits; 70 is where Unix time begins.
int year_of(std::string_view text) {
  const int year = parse_digits(text).value_or(-1);
  if (text.size() == 2) return year < 70 ? 2000 + year : 1900 + year;
  return text.size() == 4 ? year : -1;
}

std::optional<WallTime> make(std::string_view day, std::string_view month, std::string_view year,
                             std::string_view clock) {
  if (clock.size() != 8 || clock[2] != ':' || clock[5] != ':') return std::nullopt;
  const int full_year = year_of(year);
  if (full_year < 0) return std::nullopt;
  return to_wall_time({.year = full_year,
                       .month = month_of(month),
                       .day = parse_digits(day).value_or(-1),
                       .hour = parse_digits(clock.substr(0, 2)).value_or(-1),
                       .minute = parse_digits(clock.substr(3, 2)).value_or(-1),
                       .second = parse_digits(clock.substr(6, 2)).value_or(-1)});
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  const auto parts = split(text);
  // "Sun, 06 Nov 1994 08:49:37 GMT" and "Sunday, 06-Nov-94 08:49:37 GMT"
  if (parts.size() == 6 && parts[5] == "GMT") return make(parts[1], parts[2], parts[3], parts[4]);
  // "Sun Nov  6 08:49:37 1994"
  if (parts.size() == 5) return make(parts[2], parts[1], parts[4], parts[3]);
  return std::nullopt;
}

std::optional<Duration> parse_retry_after(std::string_view value, std::string_view date_header) {
  if (const auto seconds = parse_digits(value)) {
    return std::min<Duration>(std::chrono::seconds(*seconds), kMaxRetryAfter);
  }
  const bool digits_only =
      !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits_only) return kMaxRetryAfter;  // a number too large for int
  const auto until = parse_http_date(value);
  const auto now = parse_http_date(date_header);
  if (!until || !now) return std::nullopt;
  return std::clamp<Duration>(*until - *now, Duration{0}, kMaxRetryAfter);
}

}  // namespace playhead
