// SPDX-License-Identifier: Apache-2.0
// What the playlists of a live title say of each other: which run of the encoder each is of, how
// far others are, which was cut off on its way.
#include <algorithm>
#include <string_view>
#include <utility>

#include "manifest/hls/playlist.h"
#include "streaming/index_table.h"

namespace playhead {

namespace {

// A playlist that counts from far before the others is asked for again so often, until one of them
// goes on, and so long at most (chosen). Shorter: media of a new run of the encoder is taken for
// that of the old one; longer: a title whose playlists count each by itself waits for a switch.
constexpr Duration kDoubtPause = 5s;
constexpr Duration kMostDoubt = 60s;
// One of the run before is asked for again no sooner than that, and no longer than kMostDoubt after
// the new one has begun (caches are behind by less).
constexpr Duration kLeastPause = 1s;

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

// `index`, which says of no end, ends before `whole` does, or counts from before it.
bool lacks_end_of(const LoadedIndex& whole, const LoadedIndex& index) {
  if (listed_end(*index.segments) < whole.segments->end()) return true;
  const auto mine = numbers_of(index);
  const auto all = numbers_of(whole);
  return mine && all && mine->first < all->first && mine->end < all->end;
}

}  // namespace

void IndexTable::start_over(MediaTime from, std::vector<MediaNumbers> begun) {
  RunBefore before(std::move(begun));
  // The run that ended may have only begun: then `from` says where the next one goes.
  for (const auto& [id, entry] : entries_) {
    for (std::size_t i = 0; i < entry.places.size(); ++i) {
      const Place& place = entry.places[i];
      if (!place.index || !place.was_live || place.is_aside) continue;
      earlier_ = *place.index;
      before.add(place_name(id, i), *place.index);
    }
  }
  // Its URLs may have been renewed meanwhile.
  if (before.is_empty() && earlier_) before.add({}, *earlier_);
  clear();
  next_run_at_ = from;
  run_before_ = std::move(before);
  run_began_ = context_.executor.now();
}

std::optional<ReloadDirectives> IndexTable::reported(const std::string& url) const {
  const Place* newest = nullptr;
  std::optional<ReloadDirectives> directives;
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      const bool can_tell = place.index && is_live_playlist(*place.index) &&
                            place.index->server_control &&
                            place.index->server_control->can_block_reload;
      if (!can_tell || (newest && newest->asked >= place.asked)) continue;
      for (const RenditionReport& report : place.index->rendition_reports) {
        if (!report.last_number || without_query(report.url) != without_query(url)) continue;
        newest = &place;
        directives = ReloadDirectives{report.last_number, report.last_part, false};
      }
    }
  }
  return directives;
}

bool IndexTable::is_run_young() const {
  return run_before_ && context_.executor.now() - run_began_ <= kMostDoubt;
}

bool IndexTable::is_of_run_before(const MediaNumbers& numbers) const {
  return is_run_young() && run_before_->is_nearer(numbers, numbers_of_live());
}

std::vector<MediaNumbers> IndexTable::numbers_of_live() const {
  std::vector<MediaNumbers> all;
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      const bool counts = place.index && !place.is_aside && is_live_playlist(*place.index);
      const auto numbers = counts ? numbers_of(*place.index) : std::nullopt;
      if (numbers) all.push_back(*numbers);
    }
  }
  return all;
}

bool IndexTable::is_believed(const Place& doubted) const {
  if (!doubted.doubted) return false;
  if (context_.executor.now() - *doubted.doubted > kMostDoubt) return true;
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      const bool counts = place.index && !place.is_aside && is_live_playlist(*place.index);
      if (counts && place.grown > *doubted.doubted) return true;
    }
  }
  return false;
}

std::optional<Duration> IndexTable::doubt(Place& place, const std::string& name,
                                          const LoadedIndex& index) {
  const auto mine = is_live_playlist(index) ? numbers_of(index) : std::nullopt;
  if (!mine) return std::nullopt;
  const MonotonicTime now = context_.executor.now();
  const std::vector<MediaNumbers> others = numbers_of_live();
  // Where there are no dates to place it by, numbers alone tell of another run.
  const bool is_undated = index.playlist->dates.empty();
  const bool is_other = is_undated && !is_believed(place) && is_of_other_run(*mine, others);
  const bool is_over = is_run_young() && run_before_->has(name, index, others);
  if (!is_over && !is_other) return std::nullopt;
  if (!place.doubted) place.doubted = now;
  // RFC 8216bis §6.3.4: half of a target duration while there is no news.
  if (is_over) return std::max(index.target_duration.value_or(Duration{0}) / 2, kLeastPause);
  return kDoubtPause;
}

bool IndexTable::is_whole(const Place& place) {
  return place.index && place.index->playlist && !place.was_live && !place.is_aside &&
         !is_live_playlist(*place.index);
}

bool IndexTable::is_cut_short(const LoadedIndex& index) const {
  if (!is_live_playlist(index)) return false;
  if (earlier_whole_ && lacks_end_of(*earlier_whole_, index)) return true;
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      if (is_whole(place) && lacks_end_of(*place.index, index)) return true;
    }
  }
  return false;
}

const LoadedIndex* IndexTable::reference() const {
  const LoadedIndex* newest = newest_live();
  if (newest) return newest;
  return earlier_ ? &*earlier_ : nullptr;
}

const LoadedIndex* IndexTable::newest_live() const {
  // By what was placed by a guess, others are only where nothing else is.
  const auto rank = [](const Place& place) { return std::pair(!place.is_guess, place.asked); };
  const Place* newest = nullptr;
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      if (!place.index || !place.was_live || place.is_aside) continue;
      if (!newest || rank(place) > rank(*newest)) newest = &place;
    }
  }
  return newest ? &*newest->index : nullptr;
}

bool IndexTable::is_current(const Entry& entry, const Place& place) {
  if (!place.index) return false;
  if (!is_live_playlist(*place.index)) return true;
  const Duration much = 2 * place.index->target_duration.value_or(Duration{0});
  return std::none_of(entry.places.begin(), entry.places.end(), [&](const Place& other) {
    return other.index && other.told > place.told + much;
  });
}

bool IndexTable::has_live_playlist() const {
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      if (place.index && !place.is_aside && is_live_playlist(*place.index)) return true;
    }
  }
  return false;
}

}  // namespace playhead
