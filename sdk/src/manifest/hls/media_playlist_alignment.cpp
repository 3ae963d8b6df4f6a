// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_alignment.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/decimal.h"

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

// Where the dates say that `playlist` begins; nothing without dates in both.
std::optional<int64_t> dated_start(const MediaPlaylist& playlist, const MediaPlaylist& reference) {
  const auto date = playlist.date(0);
  const auto time = date ? reference.time_of(*date) : std::nullopt;
  if (!time) return std::nullopt;
  return snapped(to_ticks(*time), reference);
}

// How long a segment is, on average, in one of them that lists some; else the longest there may be.
int64_t mean_ticks(const MediaPlaylist& reference, const MediaPlaylist& playlist) {
  const MediaPlaylist& listing = reference.size() > 0 ? reference : playlist;
  if (listing.size() == 0) return to_ticks(MediaTime{reference.target_duration.count()});
  const auto& timeline = listing.timeline;
  return (timeline.end_ticks() - timeline.start_ticks(0)) / static_cast<int64_t>(listing.size());
}

// Where the numbers say that `playlist` begins; nothing when they say nothing.
std::optional<int64_t> numbered_start(const MediaPlaylist& playlist, const MediaPlaylist& reference,
                                      Duration passed) {
  const bool has_begun = playlist.size() > 0 && reference.size() > 0;
  // Where one of them lists parts alone its segment in progress counts like the others.
  const uint64_t shared = std::max(playlist.first_number(), reference.first_number());
  const uint64_t end = std::min(playlist.end_number(), reference.end_number());
  if (has_begun ? shared < end : shared <= end) {
    const auto in_playlist = static_cast<std::size_t>(shared - playlist.first_number());
    const auto in_reference = static_cast<std::size_t>(shared - reference.first_number());
    return reference.ticks_at(in_reference) - (playlist.ticks_at(in_playlist) - playlist.ticks_at(0));
  }
  const int64_t mean = mean_ticks(reference, playlist);
  if (mean <= 0) return std::nullopt;
  const std::size_t window = std::max<std::size_t>({playlist.size(), reference.size(), 1});
  if (playlist.first_number() < reference.end_number()) {
    // One that is behind, as caches are.
    const uint64_t missing = reference.first_number() - playlist.end_number();
    if (has_begun || missing > window) return std::nullopt;
    const int64_t length = playlist.ticks_at(playlist.size()) - playlist.ticks_at(0);
    return reference.ticks_at(0) - static_cast<int64_t>(missing) * mean - length;
  }
  // A reference that was asked for a while ago may have nothing of what is listed by now. Numbers
  // that are further apart than a window is long, and than could be made twice over in the time
  // that has passed (chosen), are of two counts.
  const uint64_t missing = playlist.first_number() - reference.end_number();
  const auto length = checked_multiply(static_cast<int64_t>(missing), mean);
  const bool is_near = missing <= window;
  if (!length || (!is_near && *length > 2 * to_ticks(MediaTime{passed.count()}))) return {};
  return checked_add(reference.ticks_at(reference.size()), *length);
}

}  // namespace

AlignedStart aligned_start(const MediaPlaylist& playlist, const MediaPlaylist& reference,
                           Duration passed) {
  if (const auto dated = dated_start(playlist, reference)) return {*dated};
  if (const auto numbered = numbered_start(playlist, reference, passed)) return {*numbered};
  if (playlist.size() == 0 || reference.size() == 0) return {reference.start_ticks, true};
  const int64_t length = playlist.timeline.end_ticks() - playlist.timeline.start_ticks(0);
  return {reference.timeline.end_ticks() - length, true};
}

int64_t next_run_start(const MediaPlaylist& playlist, const MediaPlaylist& reference,
                       MediaTime after) {
  return dated_start(playlist, reference).value_or(to_ticks(after));
}

}  // namespace playhead::hls
