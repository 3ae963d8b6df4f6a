// SPDX-License-Identifier: Apache-2.0
#include "player/event_queue.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "playhead/result.h"

namespace playhead {

namespace {

// Events an app may leave unread before some give way: some minutes of playback.
constexpr std::size_t kFit = 1024;
// Of thumbnails so few: each may keep a whole image (chosen: a row of them on screen).
constexpr std::ptrdiff_t kThumbnailsFit = 16;
// Longest single wait for an event; whoever waits for longer waits again.
constexpr Duration kLongestWait = 24h;

enum class WhenFull : uint8_t {
  kIsDropped,    // a report like many others
  kDropsOldest,  // the latest of its kind is what counts
  kIsKept,       // one for each play
};

struct WhenFullOf {
  WhenFull operator()(const SegmentLoaded&) const { return WhenFull::kIsDropped; }
  WhenFull operator()(const ProgressSent&) const { return WhenFull::kIsDropped; }
  WhenFull operator()(const Warning&) const { return WhenFull::kIsDropped; }
  WhenFull operator()(const TimedMetadata&) const { return WhenFull::kIsDropped; }
  WhenFull operator()(const Ended&) const { return WhenFull::kIsKept; }
  WhenFull operator()(const Failed&) const { return WhenFull::kIsKept; }
  WhenFull operator()(const Summary&) const { return WhenFull::kIsKept; }
  template <typename Kind>
  WhenFull operator()(const Kind&) const {
    return WhenFull::kDropsOldest;
  }
};

// The one that went was followed by `next`, of the same kind: together they lead where both led.
void join(const EventPayload& gone, EventPayload& next) {
  const auto keep_from = [&](auto kind) {
    using Kind = decltype(kind);
    const auto* from = std::get_if<Kind>(&gone);
    if (from) std::get<Kind>(next).from = from->from;
  };
  keep_from(StateChanged{});
  keep_from(RateChanged{});
  keep_from(SecurityLevelChanged{});
}

}  // namespace

void EventQueue::push(Event event) {
  if (tap_) tap_(event);
  const MonotonicTime now = event.time;
  const MediaTime here = event.position;
  push_untapped(std::move(event));
  if (!wakeup_.is_late(now)) return;
  push_untapped(
      {now, here,
       Warning{make_error(ErrorCode::kCallbackSlow, "the wake-up has not returned for 1 s", 0,
                          Severity::kRecoverable)}});
}

void EventQueue::push_untapped(Event event) {
  const MonotonicTime now = event.time;
  {
    const std::lock_guard lock(mutex_);
    const bool was_empty = events_.empty();
    if (!make_room(event)) return;
    events_.push_back(std::move(event));
    changed_.notify_one();
    if (!was_empty) return;
  }
  wakeup_.ring(now);
}

bool EventQueue::make_room(Event& event) {
  const auto is_thumbnail = [](const Event& e) {
    return std::holds_alternative<ThumbnailReady>(e.payload);
  };
  const bool is_full = events_.size() >= kFit;
  if (is_thumbnail(event) &&
      (is_full || std::count_if(events_.begin(), events_.end(), is_thumbnail) >= kThumbnailsFit)) {
    drop_oldest(event);
    return true;
  }
  if (!is_full) return true;
  switch (std::visit(WhenFullOf{}, event.payload)) {
    case WhenFull::kIsDropped:
      ++dropped_;
      return false;
    case WhenFull::kDropsOldest:
      drop_oldest(event);
      return true;
    case WhenFull::kIsKept:
      break;
  }
  return true;
}

void EventQueue::drop_oldest(Event& event) {
  const auto is_same = [&](const Event& other) {
    return other.payload.index() == event.payload.index();
  };
  const auto oldest = std::find_if(events_.begin(), events_.end(), is_same);
  if (oldest == events_.end()) return;  // so there are some more than fit, one of each kind at most
  const auto next = std::find_if(oldest + 1, events_.end(), is_same);
  join(oldest->payload, next != events_.end() ? next->payload : event.payload);
  events_.erase(oldest);
  ++dropped_;
}

std::optional<Event> EventQueue::pop() {
  const std::lock_guard lock(mutex_);
  return take();
}

std::optional<Event> EventQueue::wait_pop(std::optional<Duration> patience) {
  std::unique_lock lock(mutex_);
  const auto is_over = [this] { return !events_.empty() || waits_are_over_; };
  if (patience) {
    changed_.wait_for(lock, std::min(*patience, kLongestWait), is_over);
  } else {
    changed_.wait(lock, is_over);
  }
  return waits_are_over_ ? std::nullopt : take();
}

void EventQueue::end_waits() {
  const std::lock_guard lock(mutex_);
  waits_are_over_ = true;
  changed_.notify_all();
}

std::optional<Event> EventQueue::take() {
  if (events_.empty()) return std::nullopt;
  if (dropped_ > 0 && events_.size() < kFit) {
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

}  // namespace playhead
