// SPDX-License-Identifier: Apache-2.0
#include "streaming/next_segment.h"

#include <algorithm>

namespace playhead {

namespace {

// A segment of which less than that is still to come has been fetched: Representations' boundaries
// differ by rounding.
constexpr Duration kRounding = 100ms;

}  // namespace

std::optional<std::size_t> next_segment(const SegmentIndex& index, MediaTime cursor, bool goes_on) {
  const auto found = index.find(cursor);
  if (!found || !goes_on) return found;
  const Segment segment = index.at(*found);
  if (segment.end - cursor >= std::min(kRounding, segment.duration() / 2)) return found;
  if (*found + 1 < index.size()) return *found + 1;
  return std::nullopt;
}

}  // namespace playhead
