// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace playhead {

// All times are whole microseconds in 64 bits: 292,000 years, no rounding drift.
using Duration = std::chrono::duration<int64_t, std::micro>;
using namespace std::chrono_literals;

// A point on one of the time lines below. Points of different time lines do not mix.
template <typename Line>
struct TimePoint {
  int64_t us = 0;

  friend constexpr auto operator<=>(TimePoint, TimePoint) = default;
  friend constexpr TimePoint operator+(TimePoint t, Duration d) { return {t.us + d.count()}; }
  friend constexpr TimePoint operator-(TimePoint t, Duration d) { return {t.us - d.count()}; }
  friend constexpr Duration operator-(TimePoint a, TimePoint b) { return Duration{a.us - b.us}; }
  constexpr TimePoint& operator+=(Duration d) {
    us += d.count();
    return *this;
  }
  static constexpr TimePoint max() { return {std::numeric_limits<int64_t>::max()}; }
};

// Position on the presentation timeline; 0 is the start of the presentation.
using MediaTime = TimePoint<struct MediaLine>;
// Never goes back; its zero means nothing. For measuring and for deadlines.
using MonotonicTime = TimePoint<struct MonotonicLine>;
// Microseconds since 1970-01-01T00:00:00Z; may jump. For what leaves the process.
using WallTime = TimePoint<struct WallLine>;

namespace detail {

// floor(part * 1'000'000 / whole) for 0 <= part < whole: below 1'000'000. In 64 bits: the product
// of the remainders is built bit by bit, so that it never exceeds twice `whole`.
[[nodiscard]] constexpr int64_t micro_parts(int64_t part, int64_t whole) {
  constexpr int64_t kMicro = 1'000'000;
  if (part <= std::numeric_limits<int64_t>::max() / kMicro) return part * kMicro / whole;
  const auto divisor = static_cast<uint64_t>(whole);
  int64_t quotient = 0;
  uint64_t remainder = 0;
  for (int64_t bit = int64_t{1} << 19; bit != 0; bit >>= 1) {
    remainder *= 2;
    quotient *= 2;
    if (remainder >= divisor) remainder -= divisor, ++quotient;
    if ((kMicro & bit) == 0) continue;
    remainder += static_cast<uint64_t>(part);
    if (remainder >= divisor) remainder -= divisor, ++quotient;
  }
  return quotient;
}

}  // namespace detail

// Converts container ticks to microseconds, rounding towards minus infinity so that the boundary
// between two neighbours is the same whichever of them it is computed from. timescale > 0.
// Exact for all values; saturates at the ends of int64.
[[nodiscard]] constexpr int64_t ticks_to_us(int64_t ticks, int64_t timescale) {
  constexpr int64_t kMicro = 1'000'000;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  int64_t seconds = ticks / timescale;
  int64_t rest = ticks % timescale;
  if (rest < 0) --seconds, rest += timescale;
  int64_t us = detail::micro_parts(rest, timescale);
  // Both of one sign, so that only their sum can be out of range.
  if (seconds < 0) ++seconds, us -= kMicro;
  if (seconds > kMax / kMicro) return kMax;
  if (seconds < kMin / kMicro) return kMin;
  seconds *= kMicro;
  if (us > 0 && seconds > kMax - us) return kMax;
  if (us < 0 && seconds < kMin - us) return kMin;
  return seconds + us;
}

[[nodiscard]] constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e6;
}
[[nodiscard]] constexpr double to_seconds(MediaTime t) { return static_cast<double>(t.us) / 1e6; }
[[nodiscard]] constexpr int64_t to_ms(Duration d) { return d.count() / 1000; }

// Seconds as JSON and command lines give them; saturates, NaN becomes 0.
[[nodiscard]] constexpr Duration from_seconds(double seconds) {
  if (!(seconds == seconds)) return Duration{0};
  if (seconds >= 9e12) return Duration{int64_t{9'000'000'000'000'000'000}};
  if (seconds <= -9e12) return Duration{int64_t{-9'000'000'000'000'000'000}};
  return Duration{static_cast<int64_t>(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5))};
}

}  // namespace playhead
