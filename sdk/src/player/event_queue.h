// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "player/wakeup.h"
#include "playhead/events.h"

namespace playhead {

// From the engine thread to the app. Bounded, so that an app that does not read costs no memory:
// see EventsDropped for what gives way.
class EventQueue {
 public:
  // Sees every event of the engine before it is queued, dropped ones too. Before the first push().
  void set_tap(UniqueFunction<void(const Event&)> tap) { tap_ = std::move(tap); }
  // Engine thread.
  void push(Event event);
  // The same for what is no matter of the engine's: a callback of the app's that held something up.
  void push_untapped(Event event);
  // Any thread.
  [[nodiscard]] std::optional<Event> pop();
  // The same; waits for one, at most so long; none: for ever. Not after end_waits().
  [[nodiscard]] std::optional<Event> wait_pop(std::optional<Duration> patience);
  void end_waits();
  // Rung for an event that finds none waiting.
  Wakeup& wakeup() { return wakeup_; }

 private:
  // Under mutex_:
  std::optional<Event> take();
  [[nodiscard]] bool make_room(Event& event);
  void drop_oldest(Event& event);

  UniqueFunction<void(const Event&)> tap_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  std::deque<Event> events_;
  int64_t dropped_ = 0;
  bool waits_are_over_ = false;

  Wakeup wakeup_;
};

}  // namespace playhead
