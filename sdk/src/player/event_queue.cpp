// SPDX-License-Identifier: Apache-2.0
#include "player/event_queue.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Events an app may leave unread before reports give way: some minutes of playback.
constexpr std::size_t kReportsFit = 1024;

bool is_report(const EventPayload& payload) {
  return std::holds_alternative<SegmentLoaded>(payload) ||
         std::holds_alternative<ProgressSent>(payload) ||
         std::holds_alternative<Warning>(payload) || std::holds_alternative<TimedMetadata>(payload);
}

bool is_screen(const Event& event) { return std::holds_alternative<CuesChanged>(event.payload); }

}  // namespace

void EventQueue::push(Event event) {
  if (tap_) tap_(event);
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= kReportsFit && is_report(event.payload)) {
      ++dropped_;
      return;
    }
    if (events_.size() >= kReportsFit && is_screen(event)) {
      // What was on screen earlier is of no use to anybody; what is on it now is.
      const auto earlier = std::find_if(events_.begin(), events_.end(), is_screen);
      if (earlier != events_.end()) {
        events_.erase(earlier);
        ++dropped_;
      }
    }
    was_empty = events_.empty();
    events_.push_back(std::move(event));
  }
  if (!was_empty) return;
  const std::lock_guard lock(wakeup_mutex_);
  if (const auto wakeup = wakeup_) (*wakeup)();
}

std::optional<Event> EventQueue::pop() {
  const std::lock_guard lock(mutex_);
  if (events_.empty()) return std::nullopt;
  if (dropped_ > 0 && events_.size() < kReportsFit) {
    Event report;
    report.time = events_.front().time;
    report.position = events_.front().position;
    report.payload = EventsDropped{std::exchange(dropped_, 0)};
    return report;
  }
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void EventQueue::set_wakeup(UniqueFunction<void()> wakeup) {
  auto next = wakeup ? std::make_shared<UniqueFunction<void()>>(std::move(wakeup)) : nullptr;
  const std::lock_guard lock(wakeup_mutex_);
  wakeup_.swap(next);  // the one before ends after the lock, or with its running call
}

}  // namespace playhead
