// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>

#include "base/limits.h"
#include "base/unicode.h"
#include "text/cue_timeline.h"
#include "text/text_document.h"

// What every subtitle target does with cues: all of them are read, and the promises of cues.h kept.
namespace playhead::fuzz {

inline void require_text(bool holds) {
  if (!holds) std::abort();
}

inline void check(const Cue& cue) {
  require_text(cue.start < cue.end);
  require_text(!cue.spans.empty() && cue.spans.size() <= limits::kCueSpans);
  for (const CueSpan& span : cue.spans) {
    require_text(!span.text.empty());
    require_text(clean_utf8("x" + span.text) == "x" + span.text);
    require_text(without_controls(span.text) == span.text);
    require_text(span.style.font_size_percent >= 10 && span.style.font_size_percent <= 1000);
  }
  const CuePlacement& p = cue.placement;
  require_text(std::isfinite(p.line.value_or(0)) && std::isfinite(p.position.value_or(0)));
  require_text(std::isfinite(p.size));
  if (p.region) {
    require_text(std::isfinite(p.region->x + p.region->y + p.region->width + p.region->height));
  }
}

inline void check(text::TextDocument document) {
  require_text(document.cues.size() <= limits::kCues);
  require_text(document.span_count <= limits::kDocumentSpans);
  text::CueTimeline timeline;
  for (Cue& cue : document.cues) {
    check(cue);
    const MediaTime start = cue.start;
    timeline.insert(cue);
    timeline.insert(cue);
    if (timeline.size() < 64) require_text(!timeline.active_at(start).empty());
  }
  require_text(timeline.size() <= document.cues.size());
}

}  // namespace playhead::fuzz
