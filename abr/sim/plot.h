// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report.h"

namespace playhead::abr_sim {

// One session as an SVG picture: bitrate chosen, throughput of the trace and of each transfer, and
// the buffer level over time; stalls and dropped transfers are marked.
[[nodiscard]] std::string to_svg(const Row& row, const LadderFile& ladder, const Trace& trace);

}  // namespace playhead::abr_sim
