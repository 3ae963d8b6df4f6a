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

// Exponential back-off with full jitter: uniform in [0, ceiling), the ceiling doubling from `first`
// to `cap` with each failure in a row. Full jitter spreads the clients of a service that came back.
// Pure; `random` is 64 uniform bits, failures >= 1.
[[nodiscard]] inline Duration backoff_delay(const Backoff& backoff, int failures, uint64_t random) {
  const int doublings = std::clamp(failures - 1, 0, 30);
  const int64_t ceiling_us =
      std::min(backoff.cap.count(), backoff.first.count() * (int64_t{1} << doublings));
  return Duration{static_cast<int64_t>(multiply_high(random, static_cast<uint64_t>(ceiling_us)))};
}

}  // namespace playhead
