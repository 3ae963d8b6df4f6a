// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "container/box_reader.h"
#include "playhead/result.h"

namespace playhead {

// A track of an MP4 whose samples are put into new fragments.
struct TrackInit {
  Box box;  // trak
  uint32_t id = 0;
};

// An InitSegment of them: all that their boxes hold but the tables of samples, which fragments take
// the place of. `mvhd`: of the same moov. Pure. Errors: kContainerSyntax.
[[nodiscard]] Result<std::vector<uint8_t>> make_movie_init(const std::optional<Box>& mvhd,
                                                           std::span<const TrackInit> tracks);

// Boxes of a moov that are looked into for what is known of a track; stbl apart.
[[nodiscard]] constexpr bool holds_boxes(uint32_t type) {
  return type == fourcc("moov") || type == fourcc("trak") || type == fourcc("mdia") ||
         type == fourcc("minf") || type == fourcc("dinf");
}

}  // namespace playhead
