// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "manifest/presentation_dump.h"
#include "playhead/bytes.h"
#include "playhead/presentation.h"

// What every manifest target does with a model: all of it is read, and its promises are kept.
namespace playhead::fuzz {

inline SharedBytes bytes_of(const uint8_t* data, std::size_t size) {
  return SharedBytes(std::vector<uint8_t>(data, data + size));
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

// The promises of SegmentIndex, for the segments at both ends.
inline void check(const SegmentIndex& index) {
  constexpr std::size_t kEach = 50;
  const std::size_t size = index.size();
  MediaTime last_start = index.start();
  for (std::size_t i = 0; i < size; ++i) {
    if (i == kEach && size > 2 * kEach) i = size - kEach;
    const Segment segment = index.at(i);
    require(segment.start <= segment.end);
    require(segment.start >= last_start);
    last_start = segment.start;
    const auto by_number = index.find_number(segment.number);
    require(by_number && *by_number == i);
    if (segment.start < segment.end) {
      const auto by_time = index.find(segment.start);
      require(by_time && *by_time == i);
    }
    for (const PartialSegment& part : index.parts(i)) require(part.start <= part.end);
  }
  require(!index.find(index.end()));
  static_cast<void>(index.parts(size));
  static_cast<void>(index.preload_hints());
}

inline void check(const Presentation& presentation) {
  require(!presentation.periods.empty());
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      require(!set.representations.empty());
      for (const Representation& representation : set.representations) {
        if (representation.segments) check(*representation.segments);
      }
    }
  }
  require(!dump(presentation, {5, true}).empty());
}

}  // namespace playhead::fuzz
