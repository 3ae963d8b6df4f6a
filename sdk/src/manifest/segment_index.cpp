// SPDX-License-Identifier: Apache-2.0
#include "manifest/segment_index.h"

namespace playhead {

Segment TimelineSegmentIndex::at(std::size_t index) const {
  const SegmentPlace place{index, timeline_->number(index), timeline_->start_ticks(index)};
  Segment segment;
  segment.number = place.number;
  segment.start = timeline_->start(index);
  segment.end = timeline_->end(index);
  segment.media = locator_->locate(place);
  segment.init = init_;
  return segment;
}

}  // namespace playhead
