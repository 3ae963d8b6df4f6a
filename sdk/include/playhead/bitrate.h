// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace playhead {

// Bits per second; >= 0, 0 means unknown.
struct Bitrate {
  int64_t bps = 0;
  friend constexpr auto operator<=>(Bitrate, Bitrate) = default;
};

}  // namespace playhead
