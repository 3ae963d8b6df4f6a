// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "text/text_document.h"

namespace playhead::test {

// "id|start-end|text" in ms for each cue, ';' between them.
inline std::string shown(const text::TextDocument& document) {
  std::string out;
  for (const Cue& cue : document.cues) {
    if (!out.empty()) out += ';';
    out += cue.id + "|" + std::to_string(cue.start.us / 1000) + "-" +
           std::to_string(cue.end.us / 1000) + "|" + plain_text(cue);
  }
  return out;
}

}  // namespace playhead::test
