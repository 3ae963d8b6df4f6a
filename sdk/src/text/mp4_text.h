// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "text/text_document.h"
#include "text/webvtt_parser.h"

// Subtitles in fragmented MP4: WebVTT ("wvtt") and TTML ("stpp", both ISO/IEC 14496-30), timed text
// of 3GPP ("tx3g"). Pure.
namespace playhead::text {

// The cues of one segment, in times of the track (container times in µs). `init_segment` is the
// track's, `segment` one or more fragments. A cue that goes on in the next sample or segment is
// there once for each; CueTimeline joins them. A damaged sample is left out with a diagnostic.
// Errors: kContainerSyntax (damaged boxes), kContainerUnsupported (none of the three),
// kTooLarge (the segment is beyond 16 MiB).
[[nodiscard]] Result<TextDocument> parse_mp4_text(ByteView init_segment, ByteView segment);

// Adds the cues of one wvtt sample, shown from `start` to `end` (§7.4): boxes vttc with iden, sttg,
// payl and ctim; vtte (nothing is shown) and vtta (notes) add none.
// Errors: kContainerSyntax; the cues before the damage are in `out`.
Result<void> parse_wvtt_sample(ByteView sample, const WebVttLook& look, MediaTime start,
                               MediaTime end, TextDocument& out);

}  // namespace playhead::text
