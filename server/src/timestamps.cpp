// SPDX-License-Identifier: Apache-2.0
#include "timestamps.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace playhead::server {
namespace {

// Reads fixed-width decimal fields from the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  bool digits(std::size_t count, int& out) {
    if (rest_.size() < count) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }

  bool one_of(std::string_view allowed, char& out) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    out = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool literal(char expected) {
    char ignored = 0;
    return one_of(std::string_view(&expected, 1), ignored);
  }

  // ".123456" -> 123; absent -> 0. False when the dot has no digit after it.
  bool fraction_ms(int& out) {
    out = 0;
    if (rest_.empty() || rest_.front() != '.') return true;
    rest_.remove_prefix(1);
    int scale = 100;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      out += (rest_[count] - '0') * scale;
      scale /= 10;
      ++count;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<int> parse_offset_minutes(FieldReader& in) {
  char sign = 0;
  if (!in.one_of("Zz+-", sign)) return std::nullopt;
  if (sign == 'Z' || sign == 'z') return 0;
  int hours = 0;
  int minutes = 0;
  if (!in.digits(2, hours) || !in.literal(':') || !in.digits(2, minutes)) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int total = hours * 60 + minutes;
  return sign == '-' ? -total : total;
}

std::chrono::year_month_day date_of(int64_t epoch_s) {
  return std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(epoch_s))));
}

}  // namespace

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  FieldReader in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
  char separator = 0;
  const bool shaped = in.digits(4, year) && in.literal('-') && in.digits(2, month) &&
                      in.literal('-') && in.digits(2, day) && in.one_of("Tt ", separator) &&
                      in.digits(2, hour) && in.literal(':') && in.digits(2, minute) &&
                      in.literal(':') && in.digits(2, second) && in.fraction_ms(millis);
  if (!shaped || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::optional<int> offset = parse_offset_minutes(in);
  if (!offset || !in.done()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)});
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t minutes = (days * 24 + hour) * 60 + minute - *offset;
  const int64_t result = (minutes * 60 + second) * 1000 + millis;
  if (result < 0 || result > kMaxTimestampMs) return std::nullopt;
  return result;
}

std::string format_rfc3339(int64_t epoch_s) {
  const auto date = date_of(epoch_s);
  const int64_t second_of_day =
      epoch_s - std::chrono::sys_days(date).time_since_epoch().count() * 86'400;
  std::array<char, 40> out{};
  const int length = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(second_of_day / 3600), static_cast<int>(second_of_day / 60 % 60),
      static_cast<int>(second_of_day % 60));
  return std::string(out.data(), static_cast<std::size_t>(length));
}

std::string format_rfc3339_ms(int64_t epoch_ms) {
  std::string text = format_rfc3339(epoch_ms / 1000);
  const std::string millis = std::to_string(epoch_ms % 1000);
  text.back() = '.';
  return text.append(3 - millis.size(), '0').append(millis).append("Z");
}

std::string format_http_date(int64_t epoch_s) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto date = date_of(epoch_s);
  const auto days = std::chrono::sys_days(date);
  const int64_t second_of_day = epoch_s - days.time_since_epoch().count() * 86'400;
  std::array<char, 48> out{};
  const int length = std::snprintf(
      out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      kDays[std::chrono::weekday(days).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(second_of_day / 3600), static_cast<int>(second_of_day / 60 % 60),
      static_cast<int>(second_of_day % 60));
  return std::string(out.data(), static_cast<std::size_t>(length));
}

}  // namespace playhead::server
