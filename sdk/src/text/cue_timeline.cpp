// SPDX-License-Identifier: Apache-2.0
#include "text/cue_timeline.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "base/limits.h"

namespace playhead::text {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b9U + (seed << 6) + (seed >> 2));
}

// Of what a viewer would notice; equal contents have equal hashes.
std::size_t content_hash(const Cue& cue) {
  const std::hash<std::string_view> hash;
  std::size_t seed = hash(cue.id);
  for (const CueSpan& span : cue.spans) seed = mix(seed, hash(span.text));
  return mix(seed, cue.spans.size());
}

bool is_same_content(const Cue& a, const Cue& b) {
  return a.id == b.id && a.spans == b.spans && a.placement == b.placement &&
         a.language == b.language && a.is_forced == b.is_forced;
}

// Fills the heap-shaped tree of latest ends over [first, last); its node is `node`.
template <typename Items>
MediaTime build(const Items& items, std::size_t first, std::size_t last, std::size_t node,
                std::vector<MediaTime>& latest) {
  MediaTime end = items[first].end;
  if (last - first > 1) {
    const std::size_t middle = first + (last - first) / 2;
    end = std::max(build(items, first, middle, 2 * node, latest),
                   build(items, middle, last, 2 * node + 1, latest));
  }
  return latest[node] = end;
}

struct Search {
  MediaTime time;
  std::size_t begun = 0;  // items before this have started
};
// Appends the items of [first, last) that cover the time.
template <typename Items>
void collect(const Items& items, const std::vector<MediaTime>& latest, const Search& search,
             std::pair<std::size_t, std::size_t> range, std::size_t node,
             std::vector<CueTimeline::Handle>& out) {
  const auto [first, last] = range;
  if (first >= search.begun || latest[node] <= search.time) return;
  if (last - first == 1) {
    out.push_back(items[first].cue);
    return;
  }
  const std::size_t middle = first + (last - first) / 2;
  collect(items, latest, search, {first, middle}, 2 * node, out);
  collect(items, latest, search, {middle, last}, 2 * node + 1, out);
}

}  // namespace

CueTimeline::Entries::iterator CueTimeline::find_joinable(std::size_t content, const Cue& cue) {
  // Those before the cue end before the next of them starts, so only the last can reach it.
  auto at = entries_.upper_bound({content, cue.start, std::numeric_limits<uint64_t>::max()});
  const auto joins = [&](Entries::iterator entry) {
    const Cue& other = *entry->second;
    return entry->first.content == content && other.start <= cue.end && cue.start <= other.end &&
           is_same_content(other, cue);
  };
  if (at != entries_.end() && joins(at)) return at;
  if (at != entries_.begin() && joins(std::prev(at))) return std::prev(at);
  return entries_.end();
}

bool CueTimeline::insert(Cue cue) {
  if (cue.end <= cue.start || cue.spans.empty()) return false;
  const std::size_t content = content_hash(cue);
  uint64_t order = next_order_++;
  for (auto old = find_joinable(content, cue); old != entries_.end();
       old = find_joinable(content, cue)) {
    if (old->second->start <= cue.start && old->second->end >= cue.end &&
        order + 1 == next_order_) {
      return true;  // nothing new
    }
    cue.start = std::min(cue.start, old->second->start);
    cue.end = std::max(cue.end, old->second->end);
    order = std::min(order, old->first.order);
    entries_.erase(old);
  }
  if (entries_.size() >= limits::kTimelineCues) return false;
  const Key key{content, cue.start, order};
  entries_.emplace(key, std::make_shared<const Cue>(std::move(cue)));
  changed();
  return true;
}

void CueTimeline::changed() {
  ++version_;
  is_index_good_ = false;
}

const CueTimeline::Index& CueTimeline::index() const {
  if (is_index_good_) return index_;
  is_index_good_ = true;
  index_ = {};
  index_.items.reserve(entries_.size());
  index_.changes.reserve(2 * entries_.size());
  for (const auto& [key, cue] : entries_) {
    index_.items.push_back({cue->start, cue->end, key.order, cue});
    index_.changes.push_back(cue->start);
    if (cue->end != MediaTime::max()) index_.changes.push_back(cue->end);
  }
  std::sort(index_.items.begin(), index_.items.end(), [](const Item& a, const Item& b) {
    return a.start != b.start ? a.start < b.start : a.order < b.order;
  });
  std::sort(index_.changes.begin(), index_.changes.end());
  if (!index_.items.empty()) {
    index_.latest.resize(4 * index_.items.size());
    build(index_.items, 0, index_.items.size(), 1, index_.latest);
  }
  return index_;
}

std::vector<CueTimeline::Handle> CueTimeline::active_at(MediaTime time) const {
  const Index& in = index();
  std::vector<Handle> out;
  if (in.items.empty()) return out;
  const auto begun = std::upper_bound(in.items.begin(), in.items.end(), time,
                                      [](MediaTime t, const Item& item) { return t < item.start; });
  collect(in.items, in.latest, {time, static_cast<std::size_t>(begun - in.items.begin())},
          {0, in.items.size()}, 1, out);
  return out;
}

std::optional<MediaTime> CueTimeline::next_change_after(MediaTime time) const {
  const Index& in = index();
  const auto next = std::upper_bound(in.changes.begin(), in.changes.end(), time);
  if (next == in.changes.end()) return std::nullopt;
  return *next;
}

void CueTimeline::close_open_cues(MediaTime time) {
  bool has_changed = false;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second->end != MediaTime::max()) {
      ++entry;
      continue;
    }
    has_changed = true;
    if (entry->second->start >= time) {
      entry = entries_.erase(entry);
      continue;
    }
    Cue closed = *entry->second;
    closed.end = time;
    entry->second = std::make_shared<const Cue>(std::move(closed));
    ++entry;
  }
  if (has_changed) changed();
}

void CueTimeline::trim_before(MediaTime time) {
  const std::size_t before = entries_.size();
  std::erase_if(entries_, [time](const auto& entry) { return entry.second->end <= time; });
  if (entries_.size() != before) changed();
}

void CueTimeline::clear() {
  if (!entries_.empty()) changed();
  entries_.clear();
}

}  // namespace playhead::text
