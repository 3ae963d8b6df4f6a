// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "playhead/live.h"

namespace playhead {

// The events of the title by time, and which of them playback has passed. Engine thread.
class EventSchedule {
 public:
  // Events it may hold; later ones are left out. A day of live advertising has some thousands.
  static constexpr std::size_t kMost = 20'000;
  // Bytes their messages may have; the same. Cover art every few seconds for some minutes.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

  // Events that are known already, by scheme, value and id, only change; passed ones stay passed.
  // Those without a start cannot be placed and are left out.
  void add(std::vector<TimedEvent> events);
  void clear();

  // Playback goes on at `position`: what is ahead of it has not been passed.
  void seek(MediaTime position);
  // Playback is at `position`: the events whose start it has passed since the last call, and at
  // first those that it begins within; by start.
  [[nodiscard]] std::vector<TimedEvent> advance(MediaTime position);
  // The next start; none: there is none.
  [[nodiscard]] std::optional<MediaTime> next_after(MediaTime position) const;

 private:
  using Identity = std::tuple<std::string, std::string, std::string>;
  struct Entry {
    TimedEvent event;
    bool is_passed = false;
  };
  using Key = std::pair<MediaTime, Identity>;

  // Playback at `position` has nothing to do with it any more.
  [[nodiscard]] static bool is_over(const TimedEvent& event, MediaTime position);
  // Makes room for one more. False: all there is lies ahead, or is under way.
  bool drop_oldest();
  [[nodiscard]] bool has_room_for(const TimedEvent& event) const {
    return entries_.size() < kMost && bytes_ + event.message.size() <= kMostBytes;
  }

  std::map<Key, Entry> entries_;
  std::map<Identity, MediaTime> starts_;
  std::size_t bytes_ = 0;  // of all messages
  MediaTime position_;     // last heard of
  MediaTime looked_from_;  // what starts earlier was passed
};

}  // namespace playhead
