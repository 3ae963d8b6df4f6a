// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "text/text_document.h"

// One door for everything a text track may fetch. Pure.
namespace playhead::text {

enum class TextFormat : uint8_t { kUnknown, kWebVtt, kTtml, kMp4 };

// By the first bytes, for what manifests call it is often wrong.
[[nodiscard]] TextFormat sniff_text(ByteView bytes);

// Where a segment stands; see the manifest model.
struct TextPlace {
  bool is_hls = false;
  // Presentation time = container time + this: of MP4 tracks, and of HLS WebVTT, whose container
  // times are MPEG-2 times.
  Duration container_offset{0};
  MediaTime segment_start, segment_end;  // as the manifest declares it
  // DASH: times of files that are no MP4 count from here (ISO/IEC 23009-1 5.3.2), and nothing of
  // them is shown outside.
  MediaTime period_start;
  std::optional<MediaTime> period_end;
};

// The cues of a file or segment on the presentation timeline. `init_segment` is empty where there
// is none. Files of unknown bytes are an error: kContainerUnsupported; others as the parsers say.
[[nodiscard]] Result<TextDocument> read_text_segment(ByteView init_segment, ByteView bytes,
                                                     const TextPlace& place);

}  // namespace playhead::text
