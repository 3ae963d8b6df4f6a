// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "playhead/abr/abr_controller.h"

namespace playhead::abr {

// Share of the measured throughput the rate rule spends, in 1/1000 (product requirement: 0.8).
// Higher: better picture, more rebuffering. Lower: the reverse.
inline constexpr int64_t kSafetyMarginPermille = 800;

// The highest rung that fits the margin; the lowest if none fits or nothing was measured.
[[nodiscard]] std::size_t rate_rule(const AbrInputs& in);

}  // namespace playhead::abr
