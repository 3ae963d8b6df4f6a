// SPDX-License-Identifier: Apache-2.0
#include "manifest/segment_index.h"

#include <algorithm>
#include <limits>

#include "base/decimal.h"

namespace playhead {
namespace {

MediaTime saturated(std::optional<int64_t> us) {
  return MediaTime{us.value_or(std::numeric_limits<int64_t>::max())};
}

// The first position in [from, to) that ends after `time`; `to` when none does.
std::size_t first_ending_after(const Timeline& timeline, std::size_t from, std::size_t to,
                               MediaTime time) {
  while (from < to) {
    const std::size_t middle = from + (to - from) / 2;
    if (timeline.end(middle) > time) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

}  // namespace

void TimelineSegmentIndex::restrict_to(WallTime now) {
  const Window window = window_at(now);
  first_ = window.first;
  size_ = window.size;
  edge_ = window.edge;
}

TimelineSegmentIndex::Window TimelineSegmentIndex::window_at(WallTime now) const {
  Window window;
  window.size = timeline_->size();
  if (availability_ == nullptr) return window;
  const Availability& rule = *availability_;
  if (rule.end) now = std::min(now, *rule.end);
  const std::optional<int64_t> elapsed = checked_add(now.us, -rule.origin.us);
  const MediaTime clock = saturated(elapsed);
  const MediaTime edge = saturated(checked_add(clock.us, rule.offset.count()));
  const std::size_t all = timeline_->size();
  std::size_t last = first_ending_after(*timeline_, std::min(rule.announced, all), all, edge);
  if (rule.period_start > edge) last = 0;
  if (rule.depth && last > 0) {
    // A clock that is ahead does not drop what the manifest shows at its end.
    const MediaTime newest = std::min(clock, timeline_->end(last - 1));
    const std::optional<int64_t> oldest = checked_add(newest.us, -rule.depth->count());
    if (oldest) window.first = first_ending_after(*timeline_, 0, last - 1, MediaTime{*oldest});
  }
  window.size = last - window.first;
  if (last < all) window.edge = edge;  // else the clock says nothing any more
  return window;
}

void TimelineSegmentIndex::share(const std::shared_ptr<const Timeline>& timeline,
                                 const std::shared_ptr<const MediaLocator>& locator,
                                 const std::shared_ptr<const ResourceLocation>& init) {
  if (timeline != nullptr) timeline_ = timeline;
  if (locator != nullptr) locator_ = locator;
  if (init != nullptr) init_ = init;
}

std::shared_ptr<const TimelineSegmentIndex> TimelineSegmentIndex::listed_at(WallTime now) const {
  auto index = std::make_shared<TimelineSegmentIndex>(*this);
  index->restrict_to(now);
  return index;
}

std::optional<WallTime> TimelineSegmentIndex::next_listing() const {
  const std::size_t next = first_ + size_;
  if (availability_ == nullptr || next >= timeline_->size()) return std::nullopt;
  const MediaTime end = std::max(timeline_->end(next), availability_->period_start);
  const auto since_start = checked_add(end.us, -availability_->offset.count());
  const auto time =
      since_start ? checked_add(*since_start, availability_->origin.us) : std::nullopt;
  if (!time) return std::nullopt;
  return WallTime{*time};
}

Segment TimelineSegmentIndex::at(std::size_t index) const {
  const SegmentPlace place = place_of(first_ + index);
  Segment segment;
  segment.number = place.number + static_cast<uint64_t>(number_shift_);
  segment.start = timeline_->start(place.position);
  segment.end = timeline_->end(place.position);
  segment.media = locator_->locate(place);
  segment.init = init_;
  return segment;
}

std::optional<std::size_t> TimelineSegmentIndex::find(MediaTime time) const {
  const std::optional<std::size_t> position = timeline_->find(time);
  if (!position || *position >= first_ + size_) return std::nullopt;
  return *position < first_ ? 0 : *position - first_;
}

std::optional<std::size_t> TimelineSegmentIndex::find_number(uint64_t number) const {
  const std::optional<std::size_t> position =
      timeline_->find_number(number - static_cast<uint64_t>(number_shift_));
  if (!position || *position < first_ || *position >= first_ + size_) return std::nullopt;
  return *position - first_;
}

std::vector<PartialSegment> TimelineSegmentIndex::parts(std::size_t index) const {
  const std::size_t position = first_ + index;
  if (index > size_ || position >= timeline_->size()) return {};
  // Of the segment in progress, what has ended so far.
  if (index == size_ && !edge_) return {};
  const uint32_t count = timeline_->parts(position);
  if (count <= 1) return {};
  std::vector<PartialSegment> parts;
  SegmentPlace place = place_of(position);
  // The Period may end within the segment.
  const MediaTime end = timeline_->end(position);
  for (uint32_t i = 0; i < count; ++i) {
    PartialSegment part;
    part.start = timeline_->part_start(position, i);
    part.end = std::min(timeline_->part_start(position, i + 1), end);
    if (part.start >= end) break;
    if (index == size_ && part.end > *edge_) break;
    place.sub_number = uint64_t{i} + 1;
    part.media = locator_->locate(place);
    part.is_independent = cadence_ == 0 ? i == 0 : i % cadence_ == 0;
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace playhead
