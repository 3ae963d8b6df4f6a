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

// What is fetched next: that segment, or a part of it. Parts are taken where `cursor` stands within
// a segment, and of the segment in progress; without `goes_on` from one that decoding can begin
// with. Nothing when nothing is listed.
struct NextMedia {
  Segment segment;  // of a part: its place and time
  bool is_part = false;
};
[[nodiscard]] std::optional<NextMedia> next_media(const SegmentIndex& index, MediaTime cursor,
                                                  bool goes_on, bool takes_parts);

}  // namespace playhead
