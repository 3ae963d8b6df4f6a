// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "manifest/dash/mpd.h"
#include "manifest/timeline.h"

namespace playhead::dash {

// What a Period gives its segments.
struct PeriodBounds {
  MediaTime start;
  std::optional<Duration> duration;  // unknown: an open last Period
  bool is_dynamic = false;
};

// Presentation time = container time + media_offset: Period start minus presentationTimeOffset.
[[nodiscard]] Duration media_offset_of(const SegmentInfo& info, const PeriodBounds& period);

// Start and end of every segment (ISO/IEC 23009-1 5.3.9.2, 5.3.9.6): from SegmentTimeline, from
// @duration, or one segment that lasts the Period. `listed` is the number of SegmentURLs of a
// SegmentList, which has no more segments than that. Ticks are container time.
// In a dynamic Period without an end, open repeats and @duration go on for a century: what of it is
// available is a matter of the clock. `announced`, when asked for, is the number of segments that
// do not come from such a rule but were written one by one. Null when no segment is inside the
// Period, or times overflow. `warnings` counts what was mended.
[[nodiscard]] std::shared_ptr<const Timeline> build_timeline(const SegmentInfo& info,
                                                             const PeriodBounds& period,
                                                             std::optional<std::size_t> listed,
                                                             int& warnings,
                                                             std::size_t* announced = nullptr);

}  // namespace playhead::dash
