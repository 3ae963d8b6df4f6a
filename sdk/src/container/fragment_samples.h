// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

// The samples of fragmented MP4 tracks that need no codec library: text and metadata (ISO/IEC
// 14496-12 §8.8). One track per file is read: the first.
namespace playhead {

// What an InitSegment says about its track.
struct TrackHeader {
  uint32_t track_id = 0;
  int64_t timescale = 1;      // > 0
  uint32_t sample_entry = 0;  // fourcc of the first entry of stsd: "wvtt", "stpp"
  ByteView entry_payload;     // of that entry, after its box header; a view into the InitSegment
  std::string language;       // ISO 639-2, "" when undetermined
  uint32_t default_duration = 0;  // trex, ticks
  uint32_t default_size = 0;
};

// Errors: kContainerSyntax (boxes cut off, no track, timescale 0).
[[nodiscard]] Result<TrackHeader> parse_track_header(ByteView init_segment);

struct FragmentSample {
  int64_t start_ticks = 0;     // presentation time
  int64_t duration_ticks = 0;  // >= 0
  ByteView data;               // a view into the segment
};

// All samples of a segment's fragments, in order. A sample that lies outside the segment ends the
// list; `is_damaged` then says so. At most limits::kTextSamples.
// Errors: kContainerSyntax (a box of the segment's top level or of a moof is cut off).
struct FragmentSamples {
  std::vector<FragmentSample> samples;
  bool is_damaged = false;
};
[[nodiscard]] Result<FragmentSamples> parse_fragments(ByteView segment, const TrackHeader& track);

}  // namespace playhead
