// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "manifest/hls/media_playlist_parser.h"
#include "manifest/hls/playlist.h"
#include "manifest/loaded_index.h"
#include "playhead/result.h"

namespace playhead::hls {

enum class RefreshOutcome : uint8_t {
  kUpdated,      // the text differs; there may be new segments
  kUnchanged,    // the same text, or the playlist before had EXT-X-ENDLIST
  kStale,        // an older state, as caches serve them: the playlist before stays
  kStartedOver,  // other segments under numbers of old: the playlist before stays; see below
};

struct RefreshedPlaylist {
  std::shared_ptr<const MediaPlaylist> playlist;  // never null
  RefreshOutcome outcome = RefreshOutcome::kUpdated;
  // kStartedOver: what the text lists, and until when that was made.
  MediaNumbers begun{};
  std::optional<WallTime> begun_until{};
};

// Both list a segment of the same number, and call the oldest of these the same.
[[nodiscard]] bool share_segments(const MediaPlaylist& a, const MediaPlaylist& b);

// A later state of a media playlist (RFC 8216bis §6.2.1, §6.3.4). Pure; any thread. Nothing of
// `previous` is kept but what its segments share (keys, init segments), so a sliding window takes
// the memory of one playlist however long it runs.
//
// - Segments are the same when their media sequence numbers are. A segment keeps its start on the
//   presentation timeline, its discontinuity sequence and, where equal, its InitSegment.
// - Segments that were never seen (a client that slept) leave a gap: as long as
//   EXT-X-PROGRAM-DATE-TIME says where it is plausible, else one target duration for each.
// - Without EXT-X-DISCONTINUITY-SEQUENCE the count goes on; one that contradicts the count so far
//   is a violation, and the count goes on.
// - EXT-X-SKIP (delta update): the skipped segments and date ranges are taken from `previous`;
//   RECENTLY-REMOVED-DATERANGES and those that ended before the window are left out. An update that
//   skips what `previous` does not have is kManifestSyntax: fetch the whole playlist.
// - A playlist that had only begun, without segments, goes on as one with segments does.
// - A playlist that ends earlier than `previous`, with the same segments, is kStale. One whose
//   numbers go back with other segments is kStartedOver, and so is one that names another segment,
//   of another date where there are dates, else all of other names, under numbers that both have
//   (or parts of other names, of the first segment of all): parse it as a new one.
//   Without segments yet it is kStale.
// - Text that stands there again, byte for byte, is compared and not parsed; violations in it are
//   not counted again, but for those of EXT-X-DATERANGE.
// Errors: those of parse_media_playlist().
[[nodiscard]] Result<RefreshedPlaylist> refresh_media_playlist(
    std::shared_ptr<const MediaPlaylist> previous, MediaPlaylistInput input);

}  // namespace playhead::hls
