// SPDX-License-Identifier: Apache-2.0
#include "text/text_document.h"

#include "base/limits.h"

namespace playhead::text {

bool TextDocument::add(Cue cue, int64_t line) {
  if (cue.spans.empty()) return true;
  if (cues.size() >= limits::kCues || span_count + cue.spans.size() > limits::kDocumentSpans) {
    is_full = true;
    diagnostics.add(line, "", "there are too many cues; the others are left out");
    return false;
  }
  span_count += cue.spans.size();
  cues.push_back(std::move(cue));
  return true;
}

}  // namespace playhead::text
