// SPDX-License-Identifier: Apache-2.0
#include "manifest/hls/media_playlist_refresh.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/decimal.h"

namespace playhead::hls {
namespace {

bool is_same_text(const SharedBytes& a, const SharedBytes& b) {
  return a.size() == b.size() && !a.empty() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

// Signatures in the query may change from one answer to the next.
std::string_view without_query(std::string_view uri) { return uri.substr(0, uri.find('?')); }

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

// How far apart, in target durations.
double distance(WallTime a, WallTime b, const MediaPlaylist& by, const MediaPlaylist& other) {
  const Duration target = std::max(by.target_duration, other.target_duration);
  return to_seconds(std::chrono::abs(b - a)) / std::max(to_seconds(target), 0.001);
}

// Dates of what has another name are of another segment from here on: a run may begin right after
// the first segment of the one before, and clocks of encoders differ by less.
constexpr double kOther = 0.5;

// Every part that both list of the segment `before` has in progress is a file of another name: an
// encoder that is started anew within its first segment counts from the same number again.
bool contradict_begun(const MediaPlaylist& before, const MediaPlaylist& playlist) {
  const uint64_t number = before.end_number();
  if (number < playlist.first_number() || number > playlist.end_number()) return false;
  const auto position = static_cast<std::size_t>(number - playlist.first_number());
  const auto old_parts = before.parts_of(before.size());
  const auto parts = playlist.parts_of(position);
  const std::size_t count = std::min(old_parts.size(), parts.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = file_name(before.view(old_parts[i].uri));
    if (name == file_name(playlist.view(parts[i].uri))) return false;
  }
  const auto old_date = before.date(before.size());
  const auto date = playlist.date(position);
  if (count == 0 || !old_date || !date) return count > 0;
  return distance(*old_date, *date, before, playlist) > kOther;
}

// The oldest number they share stands for another segment. Where there are dates these say so:
// names may change with the host.
bool contradict(const MediaPlaylist& a, const MediaPlaylist& b) {
  if (a.size() == 0) return contradict_begun(a, b);
  const uint64_t number = first_shared(a, b);
  const auto in_a = a.timeline.find_number(number);
  const auto in_b = b.timeline.find_number(number);
  if (!in_a || !in_b || without_query(a.uri(*in_a)) == without_query(b.uri(*in_b))) return false;
  const auto date_a = a.date(*in_a);
  const auto date_b = b.date(*in_b);
  if (!date_a && !date_b) return rename_all(a, b);
  if (!date_a || !date_b) return false;
  const double apart = distance(*date_a, *date_b, a, b);
  return apart > 1 || (apart > kOther && rename_all(a, b));
}

}  // namespace

bool share_segments(const MediaPlaylist& a, const MediaPlaylist& b) {
  const uint64_t number = std::max(a.first_number(), b.first_number());
  const auto in_a = a.timeline.find_number(number);
  const auto in_b = b.timeline.find_number(number);
  return in_a && in_b && without_query(a.uri(*in_a)) == without_query(b.uri(*in_b));
}

Result<RefreshedPlaylist> refresh_media_playlist(std::shared_ptr<const MediaPlaylist> previous,
                                                 MediaPlaylistInput input) {
  if (previous->has_end_list || is_same_text(previous->text, input.text)) {
    return RefreshedPlaylist{std::move(previous), RefreshOutcome::kUnchanged};
  }
  MediaPlaylistInput again = input;
  input.previous = previous.get();
  PLAYHEAD_TRY(MediaPlaylist playlist, parse_media_playlist(std::move(input)));

  const MediaNumbers begun{playlist.first_number(), playlist.end_number()};
  const std::optional<WallTime> begun_until = playlist.date(playlist.size());
  if (contradict(*previous, playlist)) {
    return RefreshedPlaylist{std::move(previous), RefreshOutcome::kStartedOver, begun, begun_until};
  }
  const bool is_behind = playlist.end_number() < previous->end_number();
  const bool reaches_back = playlist.first_number() < previous->first_number();
  if (is_behind || reaches_back) {
    if (!share_segments(*previous, playlist)) {
      // One that has only begun has no date to be placed by.
      const bool has_begun = playlist.size() > 0;
      return RefreshedPlaylist{std::move(previous),
                               has_begun ? RefreshOutcome::kStartedOver : RefreshOutcome::kStale,
                               begun, begun_until};
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
