// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "playhead/time.h"

namespace playhead {

// A UTC date and time of day as text formats spell it.
struct CalendarTime {
  int year = 0;
  int month = 0;   // 1..12
  int day = 0;     // 1..31
  int hour = 0;    // 0..23
  int minute = 0;  // 0..59
  int second = 0;  // 0..60: leap seconds are spelled so
};

// Nothing for a date that does not exist.
[[nodiscard]] inline std::optional<WallTime> to_wall_time(const CalendarTime& t) {
  const std::chrono::year_month_day date{std::chrono::year(t.year),
                                         std::chrono::month(static_cast<unsigned>(t.month)),
                                         std::chrono::day(static_cast<unsigned>(t.day))};
  if (t.month < 1 || t.day < 1 || !date.ok()) return std::nullopt;
  if (t.hour < 0 || t.hour > 23 || t.minute < 0 || t.minute > 59) return std::nullopt;
  if (t.second < 0 || t.second > 60) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = ((days * 24 + t.hour) * 60 + t.minute) * 60 + t.second;
  return WallTime{seconds * 1'000'000};
}

// The whole of `text` as an unsigned decimal number; nothing else is accepted.
[[nodiscard]] inline std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace playhead
