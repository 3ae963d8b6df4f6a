// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/cues.h"
#include "text/webvtt_style.h"

namespace playhead::text {

// The text of a cue taken apart: tags b, i, u, c, v, lang, ruby and rt, times, character references
// (WebVTT §6.4). Unknown tags are passed over. Answers at most limits::kCueSpans spans.
[[nodiscard]] std::vector<CueSpan> parse_cue_text(std::string_view text, std::string_view cue_id,
                                                  const WebVttStyleSheet& styles);

// "&amp;", "&#x266a;", "&nbsp;" as characters: the references of WebVTT and numeric ones, and
// HTML's Latin-1 and typographic names; others stay as written.
[[nodiscard]] std::string decode_references(std::string_view text);

}  // namespace playhead::text
