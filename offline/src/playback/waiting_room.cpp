// SPDX-License-Identifier: Apache-2.0
#include "playback/waiting_room.h"

#include <utility>

namespace playhead::offline {

namespace {

constexpr Duration kLookEvery = 500ms;

}  // namespace

void WaitingRoom::add(std::function<void()> look_again) {
  waiting_.push_back(std::move(look_again));
  if (waiting_.size() > 1) return;
  timer_ = worker_.post_at(worker_.now() + kLookEvery, [weak = weak_from_this()] {
    if (const auto room = weak.lock()) room->open_door();
  });
}

void WaitingRoom::open_door() {
  for (const auto& look_again : std::exchange(waiting_, {})) look_again();
}

}  // namespace playhead::offline
