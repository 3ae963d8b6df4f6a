// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "text/text_document.h"

// Timed text of 3GPP in MP4 ("tx3g", 3GPP TS 26.245). Pure.
namespace playhead::text {

// The look of text no style is given for, out of the sample entry's payload (§5.16); the plain one
// when that is cut off.
[[nodiscard]] CueStyle parse_tx3g_style(ByteView sample_entry);

// Adds the text of one sample, shown from `start` to `end` (§5.17): bold, italic, underlined and
// coloured runs (styl). No text, no cue. Fonts, sizes, boxes, scrolling, karaoke and links are
// passed over; letters that are opaque white have the viewer's colour.
// Errors: kContainerSyntax.
Result<void> parse_tx3g_sample(ByteView sample, const CueStyle& base, MediaTime start,
                               MediaTime end, TextDocument& out);

}  // namespace playhead::text
