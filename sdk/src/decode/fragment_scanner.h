// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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

// What a movie fragment says about one track and libavformat does not pass on.
struct TrackFragment {
  uint32_t track_id = 0;
  // How much later than written libavformat makes the track's presentation times; >= 0.
  // libavformat (5.1 to 8 alike) adds the largest negative composition offset of all `trun`s seen
  // so far to every presentation time of the track, so that no pts lies before its dts. In a
  // fragment, where tfdt already places the samples, that is wrong by exactly this amount.
  int64_t composition_shift = 0;
  // Of each sample, in ticks. libavformat tells them from version 7 on only.
  std::vector<uint32_t> durations;
};

// Samples of one fragment whose durations are kept; a fragment of 8 s at 48 kHz AAC has 375, of
// uncompressed sound far more, but those need none.
inline constexpr std::size_t kMaxFragmentDurations = 20'000;

using TrackDurations = std::map<uint32_t, uint32_t>;  // by track id

// Default sample durations (`trex`, ISO/IEC 14496-12 §8.8.3) of a whole moov box.
[[nodiscard]] TrackDurations scan_default_durations(ByteView moov);

// `moof` is the whole box.
[[nodiscard]] std::vector<TrackFragment> scan_fragment(ByteView moof,
                                                       const TrackDurations& default_durations);

}  // namespace playhead
