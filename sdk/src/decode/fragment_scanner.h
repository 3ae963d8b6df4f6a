// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "playhead/bytes.h"

namespace playhead {

// Header of an ISO BMFF box (ISO/IEC 14496-12 §4.2).
struct BoxHeader {
  uint32_t type = 0;
  uint64_t size = 0;  // header included; 0: up to the end of the file
  std::size_t header_bytes = 8;
};

[[nodiscard]] constexpr uint32_t box_type(const char (&name)[5]) {
  uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<uint8_t>(name[i]);
  return type;
}

// Needs 8 bytes, 16 when the 32-bit size field is 1; empty when there are fewer or the size is
// smaller than the header.
[[nodiscard]] std::optional<BoxHeader> read_box_header(ByteView bytes);

// By how much libavformat moves a track's presentation times in this fragment.
struct CompositionShift {
  uint32_t track_id = 0;
  int64_t ticks = 0;  // > 0
};

// libavformat (5.1 to 8 alike) adds the largest negative composition offset of all `trun`s seen so
// far to every presentation time of the track, so that no pts lies before its dts. In a fragment,
// where tfdt already places the samples, that is wrong by exactly this amount. `moof` is the whole
// box; tracks without negative offsets are left out.
[[nodiscard]] std::vector<CompositionShift> scan_composition_shifts(ByteView moof);

}  // namespace playhead
