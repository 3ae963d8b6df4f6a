// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "playhead/cues.h"

namespace playhead::text {

// The regions of a file, by id; a later one of the same id replaces the earlier.
using WebVttRegions = std::vector<CueRegion>;

// Cue settings: "line:80% align:start" (WebVTT §6.3). Settings that are wrong or unknown are passed
// over; answers how many.
int parse_cue_settings(std::string_view text, const WebVttRegions& regions, CuePlacement& out);

// The settings of a REGION block (§6.2), lines and all. A region without an id is of no use.
[[nodiscard]] CueRegion parse_region_settings(std::string_view text);

}  // namespace playhead::text
