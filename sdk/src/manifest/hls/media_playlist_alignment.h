// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "manifest/hls/playlist.h"

namespace playhead::hls {

struct AlignedStart {
  int64_t ticks = 0;
  bool is_guess = false;  // neither dates nor numbers say so
};

// Where the first segment of `playlist` is on the timeline of `reference`, a playlist of another
// Rendition or Variant of the same live title. By EXT-X-PROGRAM-DATE-TIME where both have
// it (RFC 8216bis §6.2.4: dates match across Renditions), else by media sequence number, that of the
// segment in progress where nothing else is listed, also where it goes on after the reference's end,
// by the mean length of a segment for what neither lists; else both end at the same time, or begin
// there where one lists nothing. `passed`: since the reference was told. Times that differ from one of
// `reference` by rounding are that one. Pure.
[[nodiscard]] AlignedStart aligned_start(const MediaPlaylist& playlist,
                                         const MediaPlaylist& reference,
                                         Duration passed = Duration{0});

// The same of a playlist of an encoder that was started anew, `reference` being of the run before:
// numbers say nothing. By date where both have it, else it begins at `after`. Pure.
[[nodiscard]] int64_t next_run_start(const MediaPlaylist& playlist, const MediaPlaylist& reference,
                                     MediaTime after);

}  // namespace playhead::hls
