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

// Converts container ticks to microseconds, rounding towards minus infinity so that the boundary
// between two neighbours is the same whichever of them it is computed from. timescale > 0.
// Exact for every product that fits 128 bits; saturates at the ends of int64.
[[nodiscard]] constexpr int64_t ticks_to_us(int64_t ticks, int64_t timescale) {
  const __int128 scaled = static_cast<__int128>(ticks) * 1'000'000;
  __int128 quotient = scaled / timescale;
  if (scaled % timescale != 0 && scaled < 0) --quotient;
  constexpr __int128 kMax = std::numeric_limits<int64_t>::max();
  constexpr __int128 kMin = std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(quotient > kMax ? kMax : quotient < kMin ? kMin : quotient);
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
