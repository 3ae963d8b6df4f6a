// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "playhead/bytes.h"

namespace playhead {

enum class SegmentFormat { kUnknown, kFmp4, kMpegTs, kWebm, kAdts, kMpegAudio, kAc3, kEac3, kId3 };

// Enough of the segment's start to recognise every format at its first byte.
inline constexpr std::size_t kSniffBytes = 8;
// How far a lost MPEG-TS start is searched for.
inline constexpr std::size_t kTsSearchBytes = 4096;

// What the segment's first bytes say; what the playlist or the file name says is not asked, since
// both are wrong often enough. kId3: look again behind the tag.
[[nodiscard]] SegmentFormat sniff_segment(ByteView head);

// Whether MPEG-TS packets (188, 192 or 204 bytes apart) begin somewhere in `head`.
[[nodiscard]] bool contains_ts_packets(ByteView head);

}  // namespace playhead
