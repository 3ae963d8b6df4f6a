// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/protection.h"
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
  // HLS: keys in force for the media and, when it differs, for the init segment; null: clear, or
  // (DASH) whatever AdaptationSet::protections say.
  std::shared_ptr<const SegmentKeys> keys;
  std::shared_ptr<const SegmentKeys> init_keys;
  std::optional<WallTime> date;  // wall-clock time of its start: EXT-X-PROGRAM-DATE-TIME
  Bitrate bitrate;               // EXT-X-BITRATE; 0 unknown
  [[nodiscard]] Duration duration() const { return end - start; }
};

// A part of a Segment that can be fetched on its own: EXT-X-PART (RFC 8216bis §4.4.4.9), DASH
// $SubNumber$.
struct PartialSegment {
  MediaTime start, end;
  ResourceLocation media;
  bool is_independent = false;
  bool is_gap = false;
};

// What will come next: EXT-X-PRELOAD-HINT (§4.4.5.3).
struct PreloadHint {
  bool is_map = false;
  ResourceLocation location;  // range without end: until the resource ends
};

class TimelineSegmentIndex;
namespace hls {
class HlsSegmentIndex;
}

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
  // Start of the first, end of the last segment; both 0 when empty, as a live playlist is that has
  // only begun.
  [[nodiscard]] virtual MediaTime start() const = 0;
  [[nodiscard]] virtual MediaTime end() const = 0;
  // The parts of segment `index` <= size(); == size(): those of the segment in progress. Empty when
  // it has none.
  [[nodiscard]] virtual std::vector<PartialSegment> parts(std::size_t /*index*/) const {
    return {};
  }
  [[nodiscard]] virtual std::vector<PreloadHint> preload_hints() const { return {}; }
  // Bytes it holds on to, for memory budgets and benchmarks.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;

 private:
  // The library's own kinds of index, for themselves.
  friend class TimelineSegmentIndex;
  friend class hls::HlsSegmentIndex;
  [[nodiscard]] virtual const TimelineSegmentIndex* as_timeline() const { return nullptr; }
  [[nodiscard]] virtual const hls::HlsSegmentIndex* as_hls() const { return nullptr; }
};

}  // namespace playhead
