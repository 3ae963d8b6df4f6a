// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/playhead.h"

namespace demo {

// Letters of one look.
struct SubtitleRun {
  std::string text;                  // without line ends
  uint32_t color = 0xffffffff;       // 0xRRGGBBAA
  uint32_t background = 0x000000b0;  // behind the letters
  bool is_bold = false;
  float scale = 1;  // of the usual letter size
};

// One cue, ready to be laid out. Coordinates are fractions of the picture.
struct Subtitle {
  std::vector<std::vector<SubtitleRun>> lines;
  // The block's edge that stands at `y`: 0 its top, 0.5 its middle, 1 its bottom. Without a place
  // of its own it is stacked up from the bottom.
  bool has_place = false;
  float y = 1, y_anchor = 1;
  float x = 0.5F, x_anchor = 0.5F;  // of each line
};

// Vertical writing and ruby are shown as horizontal text.
[[nodiscard]] std::vector<Subtitle> read_subtitles(const playhead_cues* cues);

}  // namespace demo
