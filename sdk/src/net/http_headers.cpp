// SPDX-License-Identifier: Apache-2.0
#include "net/http_headers.h"

#include <algorithm>
#include <array>

#include "base/decimal.h"

namespace playhead {

namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the text up to `end` off the front; the whole rest when `end` is absent.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

std::optional<int> parse_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (equals_ignoring_case(name, kMonths[i])) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

struct CivilTime {
  std::optional<int64_t> year, day, hour, minute, second;
  std::optional<int> month;
};

void set_clock(CivilTime& t, std::string_view text) {
  t.hour = parse_count(take_until(text, ':'));
  t.minute = parse_count(take_until(text, ':'));
  t.second = parse_count(text);
}

std::optional<WallTime> to_wall_time(const CivilTime& t) {
  if (!t.year || !t.month || !t.day || !t.hour || !t.minute || !t.second) return std::nullopt;
  if (*t.year < 1970 || *t.year > 9999 || *t.hour > 23 || *t.minute > 59 || *t.second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*t.year)),
                                         std::chrono::month(static_cast<unsigned>(*t.month)),
                                         std::chrono::day(static_cast<unsigned>(*t.day))};
  if (*t.day > 31 || !date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const auto since = days + std::chrono::hours(*t.hour) + std::chrono::minutes(*t.minute) +
                     std::chrono::seconds(*t.second);
  return WallTime{std::chrono::duration_cast<Duration>(since).count()};
}

// "06 Nov 1994 08:49:37 GMT"
CivilTime parse_imf_date(std::string_view rest) {
  CivilTime t;
  t.day = parse_count(take_until(rest, ' '));
  t.month = parse_month(take_until(rest, ' '));
  t.year = parse_count(take_until(rest, ' '));
  set_clock(t, take_until(rest, ' '));
  return t;
}

// "06-Nov-94 08:49:37 GMT"
CivilTime parse_rfc850_date(std::string_view rest) {
  CivilTime t;
  t.day = parse_count(take_until(rest, '-'));
  t.month = parse_month(take_until(rest, '-'));
  t.year = parse_count(take_until(rest, ' '));
  if (t.year && *t.year < 100) *t.year += *t.year < 70 ? 2000 : 1900;
  set_clock(t, take_until(rest, ' '));
  return t;
}

// "Nov  6 08:49:37 1994"
CivilTime parse_asctime_date(std::string_view rest) {
  CivilTime t;
  t.month = parse_month(take_until(rest, ' '));
  rest = trim(rest);
  t.day = parse_count(take_until(rest, ' '));
  set_clock(t, take_until(rest, ' '));
  t.year = parse_count(rest);
  return t;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::optional<int64_t> parse_count(std::string_view text) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  return parse_int64(text);
}

std::string range_header(const ByteRange& range) {
  return "bytes=" + std::to_string(range.first) + "-" +
         (range.last ? std::to_string(*range.last) : std::string());
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trim(text);
  if (!equals_ignoring_case(take_until(text, ' '), "bytes")) return std::nullopt;
  const auto first = parse_count(take_until(text, '-'));
  const auto last = parse_count(take_until(text, '/'));
  if (!first || !last || *last < *first) return std::nullopt;
  ContentRange range{*first, *last, std::nullopt};
  if (text == "*") return range;
  range.total = parse_count(text);
  if (!range.total || *range.total <= *last) return std::nullopt;
  return range;
}

std::optional<int64_t> parse_unsatisfied_size(std::string_view text) {
  text = trim(text);
  if (!equals_ignoring_case(take_until(text, ' '), "bytes")) return std::nullopt;
  if (take_until(text, '/') != "*") return std::nullopt;
  return parse_count(text);
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  text = trim(text);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) {
    take_until(text, ' ');  // day name
    return to_wall_time(parse_asctime_date(text));
  }
  const std::string_view rest = trim(text.substr(comma + 1));
  const bool is_rfc850 = rest.substr(0, rest.find(' ')).find('-') != std::string_view::npos;
  return to_wall_time(is_rfc850 ? parse_rfc850_date(rest) : parse_imf_date(rest));
}

std::optional<Duration> parse_retry_after(std::string_view value, std::string_view date_header,
                                          WallTime now) {
  value = trim(value);
  // Any moment may be added to it.
  constexpr std::chrono::seconds kMost = std::chrono::hours(365 * 24);
  if (const auto seconds = parse_count(value)) {
    return std::chrono::seconds(std::min<int64_t>(*seconds, kMost.count()));
  }
  const auto until = parse_http_date(value);
  if (!until) return std::nullopt;
  const WallTime from = parse_http_date(date_header).value_or(now);
  return std::clamp<Duration>(*until - from, Duration{0}, kMost);
}

std::string_view strong_validator(const ResponseHead& head) {
  const std::string_view etag = head.header("etag");
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag;
  if (!etag.empty()) return {};  // weak: equal meaning, not equal bytes (RFC 9110 §8.8.1)
  return head.header("last-modified");
}

}  // namespace playhead
