// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/presentation_refresh.h"

#include <string_view>
#include <unordered_map>

#include "manifest/segment_index.h"

namespace playhead::dash {
namespace {

using IndexPointer = std::shared_ptr<const SegmentIndex>;

// The number the segment that starts at `next`'s first one had before, less the one it has now.
int64_t number_shift(const TimelineSegmentIndex& previous, const TimelineSegmentIndex& next) {
  if (next.locator()->uses_numbers()) return 0;
  const Timeline& before = *previous.timeline();
  const Timeline& now = *next.timeline();
  if (before.size() == 0) return previous.number_shift();
  if (now.size() == 0) return 0;
  const auto number_before = [&](std::size_t position) {
    return before.number(position) + static_cast<uint64_t>(previous.number_shift());
  };
  const std::optional<std::size_t> same = before.find(now.start(0));
  uint64_t expected = 0;
  if (!same) {
    expected = number_before(before.size() - 1) + 1;  // all of it is new
  } else if (before.start(*same) >= now.start(0)) {
    // Usually the same segment; else the window grew backwards and the overlap tells.
    const std::optional<std::size_t> there = now.find(before.start(*same));
    const uint64_t distance = there ? now.number(*there) - now.number(0) : 0;
    expected = number_before(*same) - distance;
  } else {
    expected = number_before(*same);  // cut anew; the nearest number is kept
  }
  return static_cast<int64_t>(expected - now.number(0));
}

bool is_same(const std::shared_ptr<const ResourceLocation>& a,
             const std::shared_ptr<const ResourceLocation>& b) {
  return a != nullptr && b != nullptr && *a == *b;
}

IndexPointer refreshed(const IndexPointer& previous, const IndexPointer& next) {
  if (previous == next) return next;
  const auto* before = TimelineSegmentIndex::of(previous.get());
  const auto* now = TimelineSegmentIndex::of(next.get());
  if (before == nullptr || now == nullptr) return next;
  const bool has_timeline = *before->timeline() == *now->timeline();
  const bool has_locator = before->locator()->equals(*now->locator());
  const bool has_init = before->init() == now->init() || is_same(before->init(), now->init());
  const bool has_availability =
      before->availability() == now->availability() ||
      (before->availability() != nullptr && now->availability() != nullptr &&
       *before->availability() == *now->availability());
  if (has_timeline && has_locator && has_init && has_availability && before->has_window_of(*now)) {
    return previous;
  }
  auto index = std::make_shared<TimelineSegmentIndex>(*now);
  index->share(has_timeline ? before->timeline() : nullptr,
               has_locator ? before->locator() : nullptr, has_init ? before->init() : nullptr);
  index->set_number_shift(has_timeline ? before->number_shift() : number_shift(*before, *now));
  return index;
}

void refresh_representation(const Representation& previous, Representation& next) {
  if (next.segments == nullptr) {
    // An index that was fetched holds as long as its place does.
    if (previous.index_source.kind == next.index_source.kind &&
        previous.index_source.location == next.index_source.location) {
      next.segments = previous.segments;
      next.index_source = previous.index_source;
    }
  } else if (previous.segments != nullptr) {
    next.segments = refreshed(previous.segments, next.segments);
  }
  for (ServiceLocation& other : next.alternatives) {
    for (const ServiceLocation& known : previous.alternatives) {
      if (known.name != other.name) continue;
      if (known.segments != nullptr && other.segments != nullptr) {
        other.segments = refreshed(known.segments, other.segments);
      }
      break;
    }
  }
}

template <typename T>
std::unordered_map<std::string_view, const T*> by_id(const std::vector<T>& items) {
  std::unordered_map<std::string_view, const T*> map;
  map.reserve(items.size());
  for (const T& item : items) map.emplace(item.id, &item);
  return map;
}

void refresh_period(const Period& previous, Period& next) {
  const auto sets = by_id(previous.adaptation_sets);
  for (AdaptationSet& set : next.adaptation_sets) {
    const auto known = sets.find(set.id);
    if (known == sets.end() || known->second->kind != set.kind) continue;
    const auto representations = by_id(known->second->representations);
    for (Representation& representation : set.representations) {
      const auto before = representations.find(representation.id);
      if (before != representations.end()) refresh_representation(*before->second, representation);
    }
  }
}

}  // namespace

Presentation refresh(const Presentation& previous, Presentation next) {
  const auto periods = by_id(previous.periods);
  for (Period& period : next.periods) {
    const auto known = periods.find(period.id);
    if (known != periods.end()) refresh_period(*known->second, period);
  }
  return next;
}

void list_at(playhead::Period& period, WallTime now) {
  const auto move = [now](IndexPointer& segments) {
    const auto* index = TimelineSegmentIndex::of(segments.get());
    if (index != nullptr && !index->is_listed_at(now)) segments = index->listed_at(now);
  };
  for (AdaptationSet& set : period.adaptation_sets) {
    for (Representation& representation : set.representations) {
      move(representation.segments);
      for (ServiceLocation& other : representation.alternatives) move(other.segments);
    }
  }
}

Presentation listed_at(const Presentation& presentation, WallTime now) {
  Presentation moved = presentation;
  for (Period& period : moved.periods) list_at(period, now);
  return moved;
}

}  // namespace playhead::dash
