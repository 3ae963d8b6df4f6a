// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "playhead/events.h"
#include "playhead/unique_function.h"

namespace playhead {

// From the engine thread to the app: bounded, so that an app that does not read costs no memory.
// When full, segment and progress reports, warnings, timed metadata and old screens of text give
// way and are counted; all else always fits.
class EventQueue {
 public:
  // Sees every event before it is queued, dropped ones too. Before the first push().
  void set_tap(UniqueFunction<void(const Event&)> tap) { tap_ = std::move(tap); }
  // Engine thread.
  void push(Event event);
  // Any thread.
  [[nodiscard]] std::optional<Event> pop();
  // See Player::set_wakeup.
  void set_wakeup(UniqueFunction<void()> wakeup);

 private:
  UniqueFunction<void(const Event&)> tap_;
  std::mutex mutex_;
  // Under mutex_.
  std::deque<Event> events_;
  int64_t dropped_ = 0;
  // Held while the wake-up runs, so that replacing it waits for it; recursive, because a wake-up may
  // replace itself, which must not end the one that runs.
  std::recursive_mutex wakeup_mutex_;
  std::shared_ptr<UniqueFunction<void()>> wakeup_;  // null: none
};

}  // namespace playhead
