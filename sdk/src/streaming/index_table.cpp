// SPDX-License-Identifier: Apache-2.0
#include "streaming/index_table.h"

#include <algorithm>
#include <utility>

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

void IndexTable::set_priority(std::vector<std::string> priority) {
  priority_ = std::move(priority);
  for (auto& [id, entry] : entries_) entry.order.clear();
}

IndexTable::Entry& IndexTable::entry_of(const Representation& r) {
  Entry& entry = entries_[r.id];
  if (entry.places.size() != r.alternatives.size() + 1) {
    entry.places.clear();
    entry.places.resize(r.alternatives.size() + 1);
    entry.order.clear();
    for (std::size_t i = 0; i < entry.places.size(); ++i) {
      if (!listed_at(r, i)) continue;
      LoadedIndex listed;
      listed.segments = listed_at(r, i);
      listed.container = r.container;
      entry.places[i].index = std::move(listed);
    }
  }
  if (entry.order.empty()) entry.order = places_in_order(r, priority_);
  return entry;
}

const IndexTable::Entry* IndexTable::known(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  return found == entries_.end() || found->second.order.empty() ? nullptr : &found->second;
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
  return best.index ? &*best.index : nullptr;
}

const LoadedIndex* IndexTable::find(const Representation& representation) const {
  if (const LoadedIndex* best = find_best(representation)) return best;
  const Entry* entry = known(representation);
  if (!entry) return nullptr;
  for (const std::size_t place : entry->order) {
    if (entry->places[place].index) return &*entry->places[place].index;
  }
  return nullptr;
}

void IndexTable::request(const Representation& representation) {
  Entry& entry = entry_of(representation);
  const std::size_t best = best_of(representation, entry);
  const Place& place = entry.places[best];
  const bool is_over = place.index || place.fetch || is_failed(place);
  if (!is_over) fetch(representation, best);
}

void IndexTable::fetch(const Representation& representation, std::size_t number) {
  // What load_index() reads of a Representation, at that place.
  Representation there;
  there.id = representation.id;
  there.container = representation.container;
  there.media_offset = representation.media_offset;
  there.index_source = source_of(representation, number);
  Place& place = entries_[representation.id].places[number];
  place.error.reset();
  place.fetch = context_.manifests.load_index(
      there, [this, id = representation.id, number](Result<LoadedIndex> result) {
        on_loaded(id, number, std::move(result));
      });
}

void IndexTable::on_loaded(const std::string& id, std::size_t number, Result<LoadedIndex> result) {
  Entry& entry = entries_[id];
  Place& place = entry.places[number];
  if (result) {
    place.index = *std::move(result);
    place.failed_until = MonotonicTime{};
  } else {
    place.error = std::move(result).error();
    place.fetch.reset();
    place.failed_until = context_.executor.now() + kPassOver;
  }
  context_.on_change();
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
