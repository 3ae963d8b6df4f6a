// SPDX-License-Identifier: Apache-2.0
#include "base/rfc3339.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace playhead {

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
