// SPDX-License-Identifier: Apache-2.0
#include "player/sink_watch.h"

#include <algorithm>

namespace playhead {

namespace {

// How long a device may stand still (chosen: wireless speakers take a second to wake up). Longer:
// the picture stands that long after the device was pulled out; shorter: slow devices are given up.
constexpr Duration kPatience = 2s;
// A device that plays less than this share of the time has stopped, too (chosen).
constexpr int64_t kLeastShare = 10;  // a tenth
// The most one look counts for: while the process itself stood still the device had no chance.
constexpr Duration kMostPerLook = 250ms;

}  // namespace

bool SinkWatch::has_stopped(int64_t played, bool should_play, int sample_rate, MonotonicTime now) {
  if (!should_play || !is_watching_) {
    is_watching_ = should_play;
    waited_ = Duration{0};
    first_ = played;
    seen_ = now;
    return false;
  }
  waited_ += std::clamp(now - seen_, Duration{0}, kMostPerLook);
  seen_ = now;
  if (waited_ < kPatience) return false;
  const int64_t expected = waited_.count() * sample_rate / 1'000'000;
  is_watching_ = false;  // the next look begins the next period
  return (played - first_) * kLeastShare < expected;
}

}  // namespace playhead
