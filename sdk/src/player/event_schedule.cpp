// SPDX-License-Identifier: Apache-2.0
#include "player/event_schedule.h"

#include <algorithm>
#include <utility>

namespace playhead {

void EventSchedule::add(std::vector<TimedEvent> events) {
  for (TimedEvent& event : events) {
    if (!event.start) continue;
    Identity identity{event.scheme, event.value, event.id};
    bool is_passed = false;
    const auto known = starts_.find(identity);
    if (known != starts_.end()) {
      const auto old = entries_.find({known->second, identity});
      is_passed = old->second.is_passed;
      bytes_ -= old->second.event.message.size();
      entries_.erase(old);
      starts_.erase(known);
    } else {
      is_passed = is_over(event, position_);
    }
    while (!has_room_for(event) && drop_oldest()) {
    }
    if (!has_room_for(event)) continue;
    bytes_ += event.message.size();
    const MediaTime start = *event.start;
    starts_[identity] = start;
    entries_[{start, std::move(identity)}] = {std::move(event), is_passed};
    looked_from_ = std::min(looked_from_, start);
  }
}

void EventSchedule::clear() {
  entries_.clear();
  starts_.clear();
  bytes_ = 0;
  position_ = looked_from_ = MediaTime{};
}

bool EventSchedule::is_over(const TimedEvent& event, MediaTime position) {
  return *event.start < position && (!event.duration || *event.start + *event.duration <= position);
}

bool EventSchedule::drop_oldest() {
  // One that goes on for a day does not keep those behind it.
  const auto oldest = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry.first.first >= position_ || is_over(entry.second.event, position_);
  });
  if (oldest == entries_.end() || oldest->first.first >= position_) return false;
  bytes_ -= oldest->second.event.message.size();
  starts_.erase(oldest->first.second);
  entries_.erase(oldest);
  return true;
}

void EventSchedule::seek(MediaTime position) {
  position_ = position;
  looked_from_ = MediaTime{};
  // What is under way there is told of anew.
  for (auto& [key, entry] : entries_) entry.is_passed = is_over(entry.event, position);
}

std::vector<TimedEvent> EventSchedule::advance(MediaTime position) {
  std::vector<TimedEvent> passed;
  for (auto at = entries_.lower_bound({looked_from_, {}}); at != entries_.end(); ++at) {
    if (at->first.first > position) break;
    if (!std::exchange(at->second.is_passed, true)) passed.push_back(at->second.event);
  }
  position_ = looked_from_ = position;
  return passed;
}

std::optional<MediaTime> EventSchedule::next_after(MediaTime position) const {
  const auto next = entries_.upper_bound({position, {"\xff", "", ""}});
  if (next == entries_.end()) return std::nullopt;
  return next->first.first;
}

}  // namespace playhead
