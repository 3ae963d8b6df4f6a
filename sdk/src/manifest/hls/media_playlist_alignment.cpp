// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_alignment.h"

#include <cstdlib>

namespace playhead::hls {
namespace {

// Dates of the same segment in two playlists differ by less: milliseconds, and clocks of encoders.
constexpr int64_t kRoundingTicks = MediaPlaylist::kTicksPerSecond / 10;

int64_t to_ticks(MediaTime time) { return time.us * (MediaPlaylist::kTicksPerSecond / 1'000'000); }

// The start of a segment of `reference` near `ticks`, or `ticks`.
int64_t snapped(int64_t ticks, const MediaPlaylist& reference) {
  const auto found =
      reference.timeline.find(MediaTime{(ticks + kRoundingTicks) / (to_ticks(MediaTime{1}))});
  if (!found) return ticks;
  const int64_t start = reference.timeline.start_ticks(*found);
  return std::abs(start - ticks) <= kRoundingTicks ? start : ticks;
}

}  // namespace

int64_t aligned_start(const MediaPlaylist& playlist, const MediaPlaylist& reference) {
  if (playlist.size() == 0 || reference.size() == 0) return reference.start_ticks;
  if (const auto date = playlist.date(0)) {
    if (const auto time = reference.time_of(*date)) return snapped(to_ticks(*time), reference);
  }
  const int64_t length = playlist.timeline.end_ticks() - playlist.timeline.start_ticks(0);
  for (std::size_t i = 0; i < playlist.size(); ++i) {
    const auto same = reference.timeline.find_number(playlist.timeline.number(i));
    if (!same) continue;
    return reference.timeline.start_ticks(*same) -
           (playlist.timeline.start_ticks(i) - playlist.timeline.start_ticks(0));
  }
  return reference.timeline.end_ticks() - length;
}

}  // namespace playhead::hls
