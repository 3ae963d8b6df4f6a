// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The product's rules about how far somebody has watched. Pure; any thread.
namespace playhead::server {

// From 95 % on a title counts as watched to the end (product requirement).
[[nodiscard]] constexpr bool is_completed(int64_t position_ms, int64_t duration_ms) {
  return duration_ms > 0 && position_ms * 100 >= duration_ms * 95;
}

// Where playback starts: the saved position, or the start again after a completed one.
[[nodiscard]] constexpr int64_t resume_position_ms(int64_t position_ms, int64_t duration_ms) {
  return is_completed(position_ms, duration_ms) ? 0 : position_ms;
}

// "Continue watching" shows 5 % to 95 % only: begun in earnest and not completed.
[[nodiscard]] constexpr bool is_continue_watching(int64_t position_ms, int64_t duration_ms) {
  return duration_ms > 0 && position_ms * 100 >= duration_ms * 5 &&
         !is_completed(position_ms, duration_ms);
}

// A player may report a little more than the catalogue's duration (audio longer than video,
// rounding).
inline constexpr int64_t kDurationSlackMs = 60'000;

// A client's clock may be this far ahead and still order its own writes; anything later is not
// believed and becomes the time of arrival, so that no write can lock a title for years.
inline constexpr int64_t kMaxClockAheadMs = int64_t{5} * 60'000;

[[nodiscard]] constexpr int64_t believed_recorded_at_ms(int64_t recorded_at_ms, int64_t now_ms) {
  return recorded_at_ms > now_ms + kMaxClockAheadMs ? now_ms : recorded_at_ms;
}

}  // namespace playhead::server
