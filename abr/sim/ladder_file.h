// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "playhead/result.h"

namespace playhead::abr_sim {

// A title: bitrates and the size of every segment.
struct LadderFile {
  std::string name;
  std::vector<std::string> labels;
  double segment_s = 4;
  std::vector<double> bps;                 // ascending, at least one
  std::vector<std::vector<double>> sizes;  // bits, [segment][Representation]; at least one segment
};

// Errors: kInvalidArgument for anything else than such a file.
Result<LadderFile> parse_ladder(const std::string& text);
Result<LadderFile> load_ladder(const std::string& path);

}  // namespace playhead::abr_sim
