// SPDX-License-Identifier: Apache-2.0
#include "player/expiry_watch.h"

#include <algorithm>

#include "base/forever.h"

namespace playhead {

bool ExpiryWatch::take_due(bool is_watched, MonotonicTime now) {
  if (wait(is_watched, now) > Duration{0}) return false;
  is_wanted_ = false;
  asked_ = now;
  return true;
}

Duration ExpiryWatch::wait(bool is_watched, MonotonicTime now) const {
  if (is_wanted_) return Duration{0};
  if (!is_watched) return kForever;
  return std::max(asked_ + kAskEvery - now, Duration{0});
}

}  // namespace playhead
