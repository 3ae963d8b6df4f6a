// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/cues.h"

// The text of one TTML paragraph on its way to cues.
namespace playhead::text {

// When something is shown; [begin, end).
struct TtmlInterval {
  MediaTime begin, end;
  friend bool operator==(const TtmlInterval&, const TtmlInterval&) = default;
};

// A run of text as written, with its own time.
struct TtmlRun {
  CueSpan span;
  TtmlInterval interval;
  bool keeps_space = false;  // xml:space="preserve"
  bool is_break = false;     // <br/>
  bool is_forced = false;
};

// One state of the paragraph.
struct TtmlState {
  TtmlInterval interval;
  std::vector<CueSpan> spans;
  bool is_forced = false;  // one of its runs is
};

// White space handled (TTML2 §8.2.2, XSL 1.1 white-space-collapse): runs of it become one space and
// those at the ends of lines vanish, except where it is to be kept. Empty spans are left out.
[[nodiscard]] std::vector<CueSpan> lay_out_runs(const std::vector<const TtmlRun*>& runs);

// The states a paragraph goes through; those that show nothing are left out. Beyond
// limits::kParagraphChanges or kParagraphWork inner times count as the paragraph's own.
[[nodiscard]] std::vector<TtmlState> split_paragraph(const std::vector<TtmlRun>& runs,
                                                     TtmlInterval whole);

}  // namespace playhead::text
