// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "playhead/bitrate.h"
#include "playhead/time.h"

namespace playhead {

// How much media of that bitrate is that is played for so long; 0: not known.
[[nodiscard]] inline int64_t bytes_of(Bitrate bitrate, Duration length) {
  const double bytes = static_cast<double>(bitrate.bps) / 8 * to_seconds(length);
  return std::llround(std::max(bytes, 0.0));
}

}  // namespace playhead
