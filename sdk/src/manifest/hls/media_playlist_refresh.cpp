// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_refresh.h"

#include <algorithm>
#include <cstring>

#include "base/decimal.h"

namespace playhead::hls {
namespace {

bool is_same_text(const SharedBytes& a, const SharedBytes& b) {
  return a.size() == b.size() && !a.empty() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

// Signatures in the query may change from one answer to the next.
std::string_view without_query(std::string_view uri) { return uri.substr(0, uri.find('?')); }

// Do both call the oldest segment they share the same? False when they share none.
bool share_segments(const MediaPlaylist& a, const MediaPlaylist& b) {
  const uint64_t number = std::max(a.first_number(), b.first_number());
  const auto in_a = a.timeline.find_number(number);
  const auto in_b = b.timeline.find_number(number);
  return in_a && in_b && without_query(a.uri(*in_a)) == without_query(b.uri(*in_b));
}

std::string_view file_name(std::string_view uri) {
  const std::string_view path = without_query(uri);
  return path.substr(path.rfind('/') + 1);
}

// The first number that both tell of themselves: what a delta update skips is that of `before`.
uint64_t first_shared(const MediaPlaylist& before, const MediaPlaylist& playlist) {
  return std::max(before.first_number(), playlist.first_number() + playlist.skipped_segments);
}

// Every number they share stands for a file of another name (RFC 8216bis §6.2.1: URIs do not change
// from one state to the next; hosts and folders may where several hosts answer).
bool rename_all(const MediaPlaylist& a, const MediaPlaylist& b) {
  const uint64_t first = first_shared(a, b);
  const uint64_t end = std::min(a.end_number(), b.end_number());
  for (uint64_t number = first; number < end; ++number) {
    const auto in_a = a.timeline.find_number(number);
    const auto in_b = b.timeline.find_number(number);
    if (in_a && in_b && file_name(a.uri(*in_a)) == file_name(b.uri(*in_b))) return false;
  }
  return first < end;
}

// The oldest number they share stands for another segment. Where there are dates these say so:
// names may change with the host.
bool contradict(const MediaPlaylist& a, const MediaPlaylist& b) {
  const uint64_t number = first_shared(a, b);
  const auto in_a = a.timeline.find_number(number);
  const auto in_b = b.timeline.find_number(number);
  if (!in_a || !in_b || without_query(a.uri(*in_a)) == without_query(b.uri(*in_b))) return false;
  const auto date_a = a.date(*in_a);
  const auto date_b = b.date(*in_b);
  if (!date_a && !date_b) return rename_all(a, b);
  if (!date_a || !date_b) return false;
  const Duration apart = *date_b - *date_a;
  return std::max(apart, -apart) > std::max(a.target_duration, b.target_duration);
}

}  // namespace

Result<RefreshedPlaylist> refresh_media_playlist(std::shared_ptr<const MediaPlaylist> previous,
                                                 MediaPlaylistInput input) {
  if (previous->has_end_list || is_same_text(previous->text, input.text)) {
    return RefreshedPlaylist{std::move(previous), RefreshOutcome::kUnchanged};
  }
  MediaPlaylistInput again = input;
  input.previous = previous.get();
  PLAYHEAD_TRY(MediaPlaylist playlist, parse_media_playlist(std::move(input)));

  if (contradict(*previous, playlist)) {
    return RefreshedPlaylist{std::move(previous), RefreshOutcome::kStartedOver};
  }
  const bool is_behind = playlist.end_number() < previous->end_number();
  const bool reaches_back = playlist.first_number() < previous->first_number();
  if (is_behind || reaches_back) {
    if (!share_segments(*previous, playlist)) {
      // One that has only begun has no date to be placed by.
      const bool has_begun = playlist.size() > 0;
      return RefreshedPlaylist{std::move(previous),
                               has_begun ? RefreshOutcome::kStartedOver : RefreshOutcome::kStale};
    }
    if (playlist.end_number() <= previous->end_number()) {
      return RefreshedPlaylist{std::move(previous), RefreshOutcome::kStale};
    }
    // The window grew at both ends: what is older lies before what was the start.
    const auto shared = playlist.timeline.find_number(previous->first_number());
    const std::optional<int64_t> start =
        shared
            ? checked_add(previous->timeline.start_ticks(0),
                          playlist.timeline.start_ticks(0) - playlist.timeline.start_ticks(*shared))
            : std::nullopt;
    again.start_ticks = start.value_or(0);
    PLAYHEAD_TRY(playlist, parse_media_playlist(std::move(again)));
  }
  // What has changed is none that never changes, whatever it says.
  if (playlist.lacks_end()) playlist.type = MediaPlaylist::Type::kNone;
  return RefreshedPlaylist{std::make_shared<const MediaPlaylist>(std::move(playlist)),
                           RefreshOutcome::kUpdated};
}

}  // namespace playhead::hls
