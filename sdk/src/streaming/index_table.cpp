// SPDX-License-Identifier: Apache-2.0
#include "streaming/index_table.h"

#include <algorithm>
#include <utility>

#include "base/url.h"
#include "manifest/hls/playlist.h"
#include "manifest/manifest_parser.h"
#include "manifest/segment_index.h"
#include "manifest/steering_manifest.h"

namespace playhead {

namespace {

// How long a place is passed over that has not what it should have. Longer: a playlist that was
// late is seen late; shorter: more requests for what is not there.
constexpr Duration kPassOver = 60s;
// Segments of two places that are the same differ by less: rounding.
constexpr Duration kRounding = 100ms;

const IndexSource& source_of(const Representation& r, std::size_t place) {
  return place == 0 ? r.index_source : r.alternatives[place - 1].index_source;
}

const std::shared_ptr<const SegmentIndex>& listed_at(const Representation& r, std::size_t place) {
  return place == 0 ? r.segments : r.alternatives[place - 1].segments;
}

std::string url_of(const Representation& r, std::size_t place) {
  const auto& listed = listed_at(r, place);
  if (!listed) return source_of(r, place).location.url;
  return listed->size() > 0 ? listed->at(0).media.url : std::string();
}

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kHttpStatus || code == ErrorCode::kNotFound ||
         code == ErrorCode::kForbidden;
}

const TimelineSegmentIndex* windowed(const LoadedIndex& index) {
  const auto* segments = TimelineSegmentIndex::of(index.segments.get());
  return segments && segments->availability() ? segments : nullptr;
}

// What ManifestSource reads of a Representation, at that place.
Representation at_place(const Representation& representation, std::size_t place) {
  Representation there;
  there.id = representation.id;
  there.container = representation.container;
  there.media_offset = representation.media_offset;
  there.index_source = source_of(representation, place);
  there.segments = listed_at(representation, place);
  return there;
}

// The same media in another place's index.
std::optional<Segment> counterpart(const SegmentIndex& index, const Segment& segment) {
  auto found = index.find_number(segment.number);
  if (!found) found = index.find(segment.start + segment.duration() / 2);
  if (!found) return std::nullopt;
  Segment other = index.at(*found);
  const Duration apart = other.start - segment.start;
  const bool is_same = std::max(apart, -apart) <= kRounding && !other.is_gap;
  return is_same ? std::optional(std::move(other)) : std::nullopt;
}

}  // namespace

MediaTime listed_start(const SegmentIndex& index) {
  if (index.size() > 0) return index.start();
  const auto parts = index.parts(0);
  return parts.empty() ? index.start() : parts.front().start;
}

MediaTime listed_end(const SegmentIndex& index) {
  const auto parts = index.parts(index.size());
  return parts.empty() ? index.end() : std::max(index.end(), parts.back().end);
}

void IndexTable::clear() {
  if (const LoadedIndex* index = newest_live()) {
    earlier_ = *index;
    next_run_at_.reset();
  }
  for (const auto& [id, entry] : entries_) {
    for (const Place& place : entry.places) {
      if (is_whole(place)) earlier_whole_ = *place.index;
    }
  }
  entries_.clear();
}

void IndexTable::set_priority(std::vector<std::string> priority, const Presentation& presentation) {
  priority_ = std::move(priority);
  arrange(presentation);
}

void IndexTable::arrange(const Presentation& presentation) {
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& r : set.representations) {
        const auto found = entries_.find(r.id);
        if (found == entries_.end()) continue;
        found->second.order.clear();
        entry_of(r);
      }
    }
  }
}

IndexTable::Entry& IndexTable::entry_of(const Representation& r) {
  Entry& entry = entries_[r.id];
  // Clones that a steering server makes come after what is known.
  if (entry.places.size() > r.alternatives.size() + 1) entry.places.clear();
  if (const std::size_t before = entry.places.size(); before < r.alternatives.size() + 1) {
    entry.places.resize(r.alternatives.size() + 1);
    entry.order.clear();
    for (std::size_t i = before; i < entry.places.size(); ++i) {
      entry.places[i].asked = context_.executor.now();
      if (!listed_at(r, i)) continue;
      LoadedIndex listed = inline_index(at_place(r, i));
      // What a playlist listed when the title was opened is of the run before.
      if (next_run_at_ && listed.playlist) continue;
      take(entry.places[i], std::move(listed));
      // What the MPD was read to list may be by a clock that was not set yet.
      if (relisted_) relist(entry.places[i], *relisted_);
    }
  }
  if (entry.order.empty()) entry.order = places_in_order(r, priority_);
  return entry;
}

const IndexTable::Entry* IndexTable::known(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end() || found->second.order.empty()) return nullptr;
  // Of a Representation as it was before a steering server, or after a manifest, named other
  // places.
  const bool has_more = found->second.places.size() > representation.alternatives.size() + 1;
  return has_more ? nullptr : &found->second;
}

bool IndexTable::is_failed(const Place& place) const {
  return place.failed_until > context_.executor.now();
}

std::size_t IndexTable::best_of(const Representation& r, const Entry& entry) const {
  if (entry.places.size() == 1) return 0;
  const MonotonicTime now = context_.executor.now();
  std::optional<std::size_t> not_failed;
  for (const std::size_t place : entry.order) {
    if (is_failed(entry.places[place])) continue;
    if (!context_.health || context_.health->is_usable(url_of(r, place), now)) return place;
    if (!not_failed) not_failed = place;
  }
  return not_failed.value_or(entry.order.front());
}

const LoadedIndex* IndexTable::find_best(const Representation& representation) const {
  const Entry* entry = known(representation);
  if (!entry) return nullptr;
  const Place& best = entry->places[best_of(representation, *entry)];
  return is_current(*entry, best) ? &*best.index : nullptr;
}

std::size_t IndexTable::used_of(const Representation& representation, const Entry& entry) const {
  const auto is_usable = [&](std::size_t place) {
    return is_current(entry, entry.places[place]);
  };
  const std::size_t best = best_of(representation, entry);
  if (is_usable(best)) return best;
  const auto other = std::find_if(entry.order.begin(), entry.order.end(), is_usable);
  return other == entry.order.end() ? entry.places.size() : *other;
}

const LoadedIndex* IndexTable::find(const Representation& representation) const {
  const Entry* entry = known(representation);
  if (!entry) return nullptr;
  const std::size_t used = used_of(representation, *entry);
  return used < entry->places.size() ? &*entry->places[used].index : nullptr;
}

const SegmentIndex* IndexTable::listed(const Representation& representation) const {
  const LoadedIndex* index = find(representation);
  const auto& listed = index ? index->segments : representation.segments;
  return listed && listed->size() > 0 ? listed.get() : nullptr;
}

void IndexTable::request(const Representation& representation, bool is_aside) {
  Entry& entry = entry_of(representation);
  for (Place& place : entry.places) place.is_aside = is_aside;
  const std::size_t best = best_of(representation, entry);
  const Place& place = entry.places[best];
  const bool is_over = is_current(entry, place) || place.fetch || is_failed(place);
  if (!is_over) fetch(representation, best);
}

void IndexTable::fetch(const Representation& representation, std::size_t number, bool is_directed) {
  const Representation there = at_place(representation, number);
  const auto directives = is_directed ? reported(there.index_source.location.url) : std::nullopt;
  Representation asked = there;
  // A media playlist that was opened as the title is fetched again as those of others are.
  IndexSource::Kind& kind = asked.index_source.kind;
  if (kind == IndexSource::Kind::kInline) kind = IndexSource::Kind::kHlsMediaPlaylist;
  if (directives) {
    ResourceLocation& location = asked.index_source.location;
    location.url = with_directives(location.url, *directives);
  }
  Place& place = entries_[representation.id].places[number];
  place.error.reset();
  place.asked = context_.executor.now();
  place.is_directed = directives.has_value();
  place.fetch = context_.manifests.load_index(
      asked, [this, representation, number](Result<LoadedIndex> result) {
        on_loaded(representation, number, std::move(result));
      });
}

void IndexTable::on_loaded(const Representation& representation, std::size_t number,
                           Result<LoadedIndex> result) {
  const IndexSource& source = source_of(representation, number);
  Place& place = entries_[representation.id].places[number];
  const CancelHandle done = std::move(place.fetch);
  // The report may be wrong, or the host not know what it means.
  if (!result && place.is_directed && is_refusal(result.error().code)) {
    return fetch(representation, number, false);
  }
  if (result && !place.is_aside && is_cut_short(*result)) {
    result = make_error(ErrorCode::kBadResponse,
                        redact(source.location.url) + ": the playlist breaks off before its end");
  }
  if (result && !place.is_aside) {
    if (const auto pause = doubt(place, place_name(representation.id, number), *result)) {
      return ask_again(representation, number, *pause);
    }
  }
  const LoadedIndex* other = reference();
  if (result && other) {
    place.was_live = true;  // it is the same title
    Result<AlignedIndex> aligned = align_index(*std::move(result), *other, source,
                                               newest_live() ? std::nullopt : next_run_at_);
    place.is_guess = aligned && aligned->is_guess;
    if (aligned) {
      result = std::move(aligned->index);
    } else {
      result = std::move(aligned).error();
    }
  }
  place.doubted.reset();
  if (result) {
    place.failed_until = MonotonicTime{};
    take(place, *std::move(result));
  } else {
    place.error = std::move(result).error();
    place.failed_until = context_.executor.now() + kPassOver;
  }
  context_.on_change();
}

void IndexTable::ask_again(const Representation& representation, std::size_t number,
                           Duration pause) {
  Place& place = entries_[representation.id].places[number];
  const MonotonicTime due = context_.executor.now() + pause;
  place.fetch = context_.executor.post_at(due, [this, representation, number] {
    const CancelHandle over = std::move(entries_[representation.id].places[number].fetch);
    fetch(representation, number);
  });
  context_.on_change();
}

void IndexTable::take(Place& place, LoadedIndex index) {
  const bool has_grown =
      !place.index || listed_end(*place.index->segments) != listed_end(*index.segments);
  // A long playlist on a slow link is of a while ago when all of it is there.
  place.told = index.told > MonotonicTime{} ? index.told : context_.executor.now();
  if (has_grown) place.grown = place.told;
  place.index = std::move(index);
  place.was_live = place.was_live || is_live_playlist(*place.index);
  const bool has_ended = place.was_live && !is_live_playlist(*place.index);
  if (has_ended && !place.is_aside) drop_unaware(place);
}

void IndexTable::drop_unaware(const Place& ended) {
  for (auto& [id, entry] : entries_) {
    for (Place& place : entry.places) {
      if (&place == &ended || !place.index || !is_live_playlist(*place.index)) continue;
      place.index.reset();
    }
  }
}

IndexTable::InUse IndexTable::in_use(const Representation& representation) const {
  const Entry& entry = *known(representation);
  InUse use;
  use.place = used_of(representation, entry);
  use.there = at_place(representation, use.place);
  use.asked = entry.places[use.place].asked;
  use.told = entry.places[use.place].told;
  use.grown = entry.places[use.place].grown;
  return use;
}

void IndexTable::update(const Representation& representation, std::size_t place, LoadedIndex index,
                        MonotonicTime asked) {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end() || place >= found->second.places.size()) return;
  Place& updated = found->second.places[place];
  if (!updated.index) return;
  // What listed nothing may have been placed by nothing.
  const LoadedIndex* other = newest_live();
  const bool is_better = other && other != &*updated.index && other->segments->size() > 0;
  if (updated.is_guess && is_better && updated.index->segments->size() == 0 &&
      index.segments->size() > 0) {
    Result<AlignedIndex> placed =
        align_index(std::move(index), *other, source_of(representation, place), std::nullopt);
    if (!placed) return;
    index = std::move(placed->index);
    updated.is_guess = false;
  }
  updated.asked = asked;
  take(updated, std::move(index));
}

void IndexTable::follow(const Presentation& presentation) {
  std::map<std::string, Entry> kept;
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& r : set.representations) {
        const auto found = entries_.find(r.id);
        if (found == entries_.end()) continue;
        Entry entry = std::move(found->second);
        const std::size_t places = std::min(entry.places.size(), r.alternatives.size() + 1);
        for (std::size_t i = 0; i < places; ++i) {
          if (listed_at(r, i)) take(entry.places[i], inline_index(at_place(r, i)));
        }
        kept.emplace(r.id, std::move(entry));
      }
    }
  }
  entries_ = std::move(kept);
  arrange(presentation);
}

std::optional<WallTime> IndexTable::relist(WallTime now) {
  std::optional<WallTime> next;
  relisted_ = now;
  for (auto& [id, entry] : entries_) {
    for (Place& place : entry.places) {
      const std::optional<WallTime> more = relist(place, now);
      if (more) next = std::min(next.value_or(*more), *more);
    }
  }
  return next;
}

std::optional<WallTime> IndexTable::relist(Place& place, WallTime now) {
  const TimelineSegmentIndex* segments = place.index ? windowed(*place.index) : nullptr;
  if (!segments) return std::nullopt;
  auto listed = segments->listed_at(now);
  auto more = listed->next_listing();
  if (!listed->has_window_of(*segments)) {
    LoadedIndex moved = *place.index;
    moved.segments = std::move(listed);
    take(place, std::move(moved));
  }
  return more;
}

std::optional<Error> IndexTable::take_error(const Representation& representation) {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end()) return std::nullopt;
  std::vector<Place>& places = found->second.places;
  const bool is_hope_left =
      std::any_of(places.begin(), places.end(), [&](const Place& p) { return !is_failed(p); });
  if (is_hope_left || places.empty()) return std::nullopt;
  std::optional<Error> error;
  for (Place& place : places) {
    if (place.error && !error) error = std::move(place.error);
    place.failed_until = MonotonicTime{};
    place.error.reset();
  }
  return error;
}

std::vector<Segment> IndexTable::elsewhere(const Representation& representation,
                                           const Segment& segment) const {
  std::vector<Segment> others;
  const Entry* entry = known(representation);
  if (!entry) return others;
  for (const std::size_t place : entry->order) {
    const Place& known_place = entry->places[place];
    if (!known_place.index || is_failed(known_place)) continue;
    auto other = counterpart(*known_place.index->segments, segment);
    if (other && other->media != segment.media) others.push_back(*std::move(other));
  }
  return others;
}

bool IndexTable::has_unknown_places(const Representation& representation) const {
  const Entry* entry = known(representation);
  return entry && std::any_of(entry->places.begin(), entry->places.end(),
                              [&](const Place& p) { return !p.index && !is_failed(p); });
}

bool IndexTable::pass_over_best(const Representation& representation) {
  Entry& entry = entry_of(representation);
  Place& best = entry.places[best_of(representation, entry)];
  const auto left = std::count_if(entry.places.begin(), entry.places.end(),
                                  [&](const Place& p) { return !is_failed(p); });
  if (left < 2) return false;
  best.failed_until = context_.executor.now() + kPassOver;
  return true;
}

std::string IndexTable::best_place(const Representation& representation) const {
  const Entry* entry = known(representation);
  if (!entry) return {};
  const std::size_t best = best_of(representation, *entry);
  return best == 0 ? representation.service_location : representation.alternatives[best - 1].name;
}

}  // namespace playhead
