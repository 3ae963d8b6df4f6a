// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/wide_int.h"
#include "playhead/time.h"

namespace playhead {

struct Backoff {
  Duration first{500ms};
  Duration cap{60s};
};

// Exponential back-off with jitter: uniform in [ceiling / 8, ceiling), the ceiling doubling from
// `first` to `cap` with each failure in a row. Jitter spreads the clients of a service that came
// back; the eighth keeps one of them from asking several times at once. Pure; `random` is 64
// uniform bits, failures >= 1.
[[nodiscard]] inline Duration backoff_delay(const Backoff& backoff, int failures, uint64_t random) {
  const int doublings = std::clamp(failures - 1, 0, 30);
  const int64_t ceiling_us =
      std::min(backoff.cap.count(), backoff.first.count() * (int64_t{1} << doublings));
  const int64_t least_us = ceiling_us / 8;
  const auto range = static_cast<uint64_t>(ceiling_us - least_us);
  return Duration{least_us + static_cast<int64_t>(multiply_high(random, range))};
}

}  // namespace playhead
