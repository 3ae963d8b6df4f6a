// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead {

// One entry of a segment index: media, or a further index (ISO/IEC 14496-12 §8.16.3).
struct SidxReference {
  bool is_index = false;  // reference_type 1: the bytes are another sidx and what it indexes
  int64_t offset = 0;     // of its first byte within the file
  int64_t size = 0;       // bytes
  int64_t duration_ticks = 0;
};

struct Sidx {
  int64_t timescale = 1;  // > 0
  int64_t earliest_presentation_ticks = 0;
  std::vector<SidxReference> references;
};

// Parses the first sidx box of `bytes`. `file_offset` is where bytes[0] lies within the file; all
// offsets answered are within the file. Boxes around the sidx are passed over, and the data may end
// inside a box that follows it.
// kContainerSyntax: no sidx, cut off, timescale 0, or offsets beyond 63 bits.
[[nodiscard]] Result<Sidx> parse_sidx(ByteView bytes, int64_t file_offset);

}  // namespace playhead
