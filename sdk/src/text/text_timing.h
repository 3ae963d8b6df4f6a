// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "text/text_document.h"

// How cues get from a document's times onto the presentation timeline.
namespace playhead::text {

// Moves every time of the document; ends nobody knows stay so, and nothing leaves 64 bits.
void shift(TextDocument& document, Duration offset);

// Cuts the cues to [start, end) and drops those outside: the Period a sidecar file belongs to.
void clip(TextDocument& document, MediaTime start, MediaTime end);

// Where an HLS WebVTT segment stands.
struct HlsTextPlace {
  // Presentation time = MPEG-2 time + this: what the video of the same discontinuity learnt.
  Duration container_offset{0};
  MediaTime segment_start, segment_end;  // by the playlist
};

// What shift() has to be given for an HLS WebVTT segment (RFC 8216 §3.5). MPEG-2 times wrap every
// 2^33 ticks of 90 kHz: of all candidates the one whose cues are nearest to the segment is meant.
//
// Without X-TIMESTAMP-MAP cue time 0 is MPEG-2 time 0. Services that forget it commonly write
// presentation times instead; so where the first cue by the rule is further than `kFarFromSegment`
// from the segment and as written is not, it is taken as written.
inline constexpr Duration kFarFromSegment = std::chrono::seconds(60);
[[nodiscard]] Duration hls_text_offset(const TextDocument& document, const HlsTextPlace& place);

}  // namespace playhead::text
