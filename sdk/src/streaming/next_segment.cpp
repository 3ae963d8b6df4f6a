// SPDX-License-Identifier: Apache-2.0
#include "streaming/next_segment.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace playhead {

namespace {

// A segment of which less than that is still to come has been fetched: Representations' boundaries
// differ by rounding.
constexpr Duration kRounding = 100ms;
// The same of parts, which are shorter.
constexpr Duration kPartRounding = 20ms;

// The part to fetch at `cursor`; null when none fits.
const PartialSegment* part_at(const std::vector<PartialSegment>& parts, MediaTime cursor,
                              bool goes_on) {
  const PartialSegment* found = nullptr;
  for (const PartialSegment& part : parts) {
    if (goes_on) {
      if (part.end - kPartRounding > cursor)
        return part.start - kPartRounding <= cursor ? &part : found;
    } else if (part.is_independent && (!found || part.start <= cursor)) {
      found = &part;
    }
  }
  return found;
}

Segment segment_of(const PartialSegment& part, Segment whole) {
  whole.start = part.start;
  whole.end = part.end;
  whole.media = part.media;
  whole.is_gap = whole.is_gap || part.is_gap;
  return whole;
}

// The segment in progress, of which only parts are listed: it goes on from the last one.
Segment in_progress(const SegmentIndex& index) {
  Segment segment = index.at(index.size() - 1);
  ++segment.number;
  segment.is_gap = false;
  return segment;
}

}  // namespace

std::optional<std::size_t> next_segment(const SegmentIndex& index, MediaTime cursor, bool goes_on) {
  const auto found = index.find(cursor);
  if (!found || !goes_on) return found;
  const Segment segment = index.at(*found);
  if (segment.end - cursor >= std::min(kRounding, segment.duration() / 2)) return found;
  if (*found + 1 < index.size()) return *found + 1;
  return std::nullopt;
}

std::optional<NextMedia> next_media(const SegmentIndex& index, MediaTime cursor, bool goes_on,
                                    bool takes_parts) {
  const auto next = next_segment(index, cursor, goes_on);
  if (next) {
    Segment segment = index.at(*next);
    if (takes_parts && cursor > segment.start + kPartRounding) {
      const auto parts = index.parts(*next);
      if (const PartialSegment* part = part_at(parts, cursor, goes_on)) {
        return NextMedia{segment_of(*part, std::move(segment)), true};
      }
    }
    return NextMedia{std::move(segment), false};
  }
  if (!takes_parts || index.size() == 0) return std::nullopt;
  const auto parts = index.parts(index.size());
  const PartialSegment* part = part_at(parts, cursor, goes_on);
  if (!part) return std::nullopt;
  return NextMedia{segment_of(*part, in_progress(index)), true};
}

}  // namespace playhead
