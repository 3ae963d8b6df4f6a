// SPDX-License-Identifier: Apache-2.0
#include "streaming/encoder_run.h"

#include <algorithm>

#include "manifest/hls/media_playlist_refresh.h"
#include "manifest/hls/playlist.h"

namespace playhead {

namespace {

// How far `mine` lies from the nearest of `all`; 0: they overlap.
uint64_t distance(const MediaNumbers& mine, const std::vector<MediaNumbers>& all) {
  uint64_t least = UINT64_MAX;
  for (const MediaNumbers& other : all) {
    uint64_t apart = 0;
    if (mine.first >= other.end) apart = mine.first - other.end + 1;
    if (other.first >= mine.end) apart = other.first - mine.end + 1;
    least = std::min(least, apart);
  }
  return least;
}

}  // namespace

std::optional<MediaNumbers> numbers_of(const LoadedIndex& index) {
  if (!index.playlist || index.segments->size() == 0) return std::nullopt;
  return MediaNumbers{index.segments->at(0).number,
                      index.segments->at(index.segments->size() - 1).number + 1};
}

bool is_of_other_run(const MediaNumbers& mine, const std::vector<MediaNumbers>& others) {
  uint64_t first = UINT64_MAX;
  uint64_t last_first = 0;
  for (const MediaNumbers& other : others) {
    first = std::min(first, other.first);
    last_first = std::max(last_first, other.first);
  }
  // One of them may be as it was long ago.
  const auto alike = std::count_if(others.begin(), others.end(), [&](const MediaNumbers& other) {
    return other.end > last_first;
  });
  return mine.end <= first && alike >= 2;
}

void RunBefore::add(const std::string& name, const LoadedIndex& last) {
  if (numbers_of(last)) last_.insert_or_assign(name, last);
}

std::pair<uint64_t, uint64_t> RunBefore::distances(const MediaNumbers& mine,
                                                   std::vector<MediaNumbers> others) const {
  std::vector<MediaNumbers> before;
  for (const auto& [name, last] : last_) before.push_back(*numbers_of(last));
  others.insert(others.end(), begun_.begin(), begun_.end());
  return {distance(mine, before), distance(mine, others)};
}

bool RunBefore::was_made_later(const LoadedIndex& index) const {
  const auto date = index.playlist->date(0);
  return date && std::none_of(last_.begin(), last_.end(), [&](const auto& entry) {
           const hls::MediaPlaylist& last = *entry.second.playlist;
           const auto end = last.date(last.size());
           return !end || *date < *end;
         });
}

bool RunBefore::is_nearer(const MediaNumbers& mine, std::vector<MediaNumbers> others) const {
  const auto [to_before, to_others] = distances(mine, std::move(others));
  return to_before < to_others;
}

bool RunBefore::has(const std::string& name, const LoadedIndex& index,
                    std::vector<MediaNumbers> others) const {
  const auto mine = numbers_of(index);
  if (!mine || was_made_later(index)) return false;
  const auto [to_before, to_others] = distances(*mine, std::move(others));
  if (to_before != to_others) return to_before < to_others;
  const auto same = last_.find(name);
  return same != last_.end() && hls::share_segments(*same->second.playlist, *index.playlist);
}

}  // namespace playhead
