// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "playhead/abr/abr_controller.h"

namespace playhead::abr {

// Below this much buffer the buffer rule says "lowest" and above the top level "highest"; between,
// the level maps linearly onto the logarithm of the ladder's bitrates (after BBA, SIGCOMM 2014).
// Share of buffer_target in 1/1000 (chosen). Lower reservoir: braver; lower top: sooner at the top.
inline constexpr int64_t kReservoirPermille = 250;
inline constexpr int64_t kTopPermille = 850;

// The rung the buffer level alone asks for.
[[nodiscard]] std::size_t buffer_rule(const AbrInputs& in);

}  // namespace playhead::abr
