// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "playhead/segment_index.h"
#include "playhead/time.h"

namespace playhead {

// The segment of `index` that goes on from `cursor`; nothing when none is listed. Pure.
// `goes_on`: `cursor` is where another segment ended. Then a sliver of a segment left over is
// rounding; anything more is fetched, and what was shown of it before is not shown again.
[[nodiscard]] std::optional<std::size_t> next_segment(const SegmentIndex& index, MediaTime cursor,
                                                      bool goes_on);

}  // namespace playhead
