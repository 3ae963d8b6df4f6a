// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/bytes.h"
#include "playhead/result.h"
#include "text/text_document.h"

// TTML2 and IMSC1.1 text profile documents, and what they grew from (TTML1, EBU-TT-D). Pure.
namespace playhead::text {

// The cues of a document, in media times of its own (0 is where its timeline begins). Inner times
// of a paragraph make several cues, one for each state of its text. Elements and attributes beyond
// the supported ones are passed over, images with a diagnostic (module README: what is understood).
//
// One deviation: text without a region is placed where subtitles belong, at the bottom in the
// middle, and not at the top left as TTML2 §9.3.2 has it; documents without regions mean that.
// Errors: kContainerSyntax (not well-formed, or no tt element, or beyond a limit), kTooLarge.
[[nodiscard]] Result<TextDocument> parse_ttml(ByteView bytes);

}  // namespace playhead::text
