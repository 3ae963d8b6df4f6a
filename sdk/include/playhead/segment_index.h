// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "playhead/time.h"
#include "playhead/transport.h"

namespace playhead {

// Where bytes are: an absolute URL and, within it, a range.
struct ResourceLocation {
  std::string url;
  std::optional<ByteRange> range;
  friend bool operator==(const ResourceLocation&, const ResourceLocation&) = default;
};

// One downloadable unit of a Representation, made on demand by a SegmentIndex.
struct Segment {
  // Identity within the Representation: media sequence number (HLS) or segment number (DASH).
  uint64_t number = 0;
  MediaTime start;  // on the presentation timeline, as the manifest declares it
  MediaTime end;    // equals the next segment's start unless there is a gap
  ResourceLocation media;
  // The InitSegment its bytes need first; null for self-initialising containers. Equal pointers
  // are the same InitSegment.
  std::shared_ptr<const ResourceLocation> init;
  // HLS: counts EXT-X-DISCONTINUITY (RFC 8216 §6.2.1); container times of different sequences are
  // unrelated. DASH: always 0.
  uint64_t discontinuity_sequence = 0;
  bool is_gap = false;  // EXT-X-GAP: known to be absent
  [[nodiscard]] Duration duration() const { return end - start; }
};

// The segments of one Representation within one Period, in order. Immutable; any thread.
// Positions ("index") count from 0 at the oldest segment listed. All lookups O(1) or O(log n).
class SegmentIndex {
 public:
  virtual ~SegmentIndex() = default;

  [[nodiscard]] virtual std::size_t size() const = 0;
  // index < size().
  [[nodiscard]] virtual Segment at(std::size_t index) const = 0;
  // The segment that contains `time`; the first one when `time` is before it; in a gap, the segment
  // after the gap; nothing when `time` is at or after the end.
  [[nodiscard]] virtual std::optional<std::size_t> find(MediaTime time) const = 0;
  // The segment with that number, if it is listed.
  [[nodiscard]] virtual std::optional<std::size_t> find_number(uint64_t number) const = 0;
  // Start of the first, end of the last segment; both 0 when empty.
  [[nodiscard]] virtual MediaTime start() const = 0;
  [[nodiscard]] virtual MediaTime end() const = 0;
};

}  // namespace playhead
