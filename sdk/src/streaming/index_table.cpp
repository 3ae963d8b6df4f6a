// SPDX-License-Identifier: Apache-2.0
#include "streaming/index_table.h"

#include <algorithm>
#include <utility>

#include "manifest/manifest_parser.h"
#include "manifest/segment_index.h"

namespace playhead {

namespace {

bool is_live_playlist(const LoadedIndex& index) {
  return index.playlist && index.type != PresentationType::kVod;
}

const TimelineSegmentIndex* windowed(const LoadedIndex& index) {
  const auto* segments = dynamic_cast<const TimelineSegmentIndex*>(index.segments.get());
  return segments && segments->availability() ? segments : nullptr;
}

}  // namespace

MediaTime listed_end(const SegmentIndex& index) {
  const auto parts = index.parts(index.size());
  return parts.empty() ? index.end() : std::max(index.end(), parts.back().end);
}

IndexTable::IndexTable(ManifestSource& manifests, Executor& executor,
                       UniqueFunction<void()> on_change)
    : manifests_(manifests), executor_(executor), on_change_(std::move(on_change)) {}

void IndexTable::clear() {
  if (const LoadedIndex* index = reference()) earlier_ = *index;
  entries_.clear();
}

const LoadedIndex* IndexTable::find(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end() || !found->second.index) return nullptr;
  return &*found->second.index;
}

void IndexTable::request(const Representation& representation) {
  Entry& entry = entries_[representation.id];
  if (entry.index || entry.fetch) return;
  entry.asked = executor_.now();
  if (representation.segments) return take(entry, inline_index(representation));
  entry.error.reset();
  entry.fetch =
      manifests_.load_index(representation, [this, representation](Result<LoadedIndex> result) {
        on_loaded(representation, std::move(result));
      });
}

void IndexTable::on_loaded(const Representation& representation, Result<LoadedIndex> result) {
  Entry& entry = entries_[representation.id];
  const CancelHandle done = std::move(entry.fetch);
  const LoadedIndex* other = reference();
  if (result && other) {
    entry.was_live = true;  // it is the same title
    result = align_index(*std::move(result), *other, representation.index_source);
  }
  if (result) {
    take(entry, *std::move(result));
  } else {
    entry.error = std::move(result).error();
  }
  on_change_();
}

const LoadedIndex* IndexTable::reference() const {
  const Entry* newest = nullptr;
  for (const auto& [id, entry] : entries_) {
    if (!entry.index || !entry.was_live) continue;
    if (!newest || entry.asked > newest->asked) newest = &entry;
  }
  if (newest) return &*newest->index;
  return earlier_ ? &*earlier_ : nullptr;
}

void IndexTable::take(Entry& entry, LoadedIndex index) {
  const bool has_grown =
      !entry.index || listed_end(*entry.index->segments) != listed_end(*index.segments);
  if (has_grown) entry.grown = executor_.now();
  entry.index = std::move(index);
  entry.was_live = entry.was_live || is_live_playlist(*entry.index);
  if (entry.was_live && !is_live_playlist(*entry.index)) drop_unaware(entry);
}

void IndexTable::drop_unaware(const Entry& ended) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    const bool is_unaware =
        &it->second != &ended && it->second.index && is_live_playlist(*it->second.index);
    it = is_unaware ? entries_.erase(it) : std::next(it);
  }
}

std::optional<Error> IndexTable::take_error(const std::string& representation_id) {
  const auto found = entries_.find(representation_id);
  if (found == entries_.end() || !found->second.error) return std::nullopt;
  std::optional<Error> error = std::move(found->second.error);
  entries_.erase(found);
  return error;
}

void IndexTable::update(const Representation& representation, LoadedIndex index,
                        MonotonicTime asked) {
  const auto found = entries_.find(representation.id);
  if (found == entries_.end()) return;
  found->second.asked = asked;
  take(found->second, std::move(index));
}

void IndexTable::follow(const Presentation& presentation) {
  std::map<std::string, Entry> kept;
  for (const Period& period : presentation.periods) {
    for (const AdaptationSet& set : period.adaptation_sets) {
      for (const Representation& representation : set.representations) {
        const auto found = entries_.find(representation.id);
        if (found == entries_.end()) continue;
        Entry entry = std::move(found->second);
        if (representation.segments) take(entry, inline_index(representation));
        kept.emplace(representation.id, std::move(entry));
      }
    }
  }
  entries_ = std::move(kept);
}

std::optional<WallTime> IndexTable::relist(WallTime now) {
  std::optional<WallTime> next;
  for (auto& [id, entry] : entries_) {
    const TimelineSegmentIndex* segments = entry.index ? windowed(*entry.index) : nullptr;
    if (!segments) continue;
    auto listed = segments->listed_at(now);
    const auto more = listed->next_listing();
    if (more) next = std::min(next.value_or(*more), *more);
    if (listed->has_window_of(*segments)) continue;
    LoadedIndex moved = *entry.index;
    moved.segments = std::move(listed);
    take(entry, std::move(moved));
  }
  return next;
}

bool IndexTable::has_live_playlist() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.index && is_live_playlist(*entry.second.index);
  });
}

MonotonicTime IndexTable::asked(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  return found == entries_.end() ? MonotonicTime{} : found->second.asked;
}

MonotonicTime IndexTable::grown(const Representation& representation) const {
  const auto found = entries_.find(representation.id);
  return found == entries_.end() ? MonotonicTime{} : found->second.grown;
}

}  // namespace playhead
