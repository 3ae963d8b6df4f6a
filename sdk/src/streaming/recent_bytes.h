// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "playhead/abr/controller.h"
#include "playhead/time.h"

namespace playhead {

// What came lately: a sum over slots of time, the oldest of which is forgotten as a new one begins.
class RecentBytes {
 public:
  struct Sum {
    int64_t bytes = 0;
    Duration within{0};  // abr::kRecentTransfer, up to a slot more
  };

  void add(int64_t bytes, MonotonicTime now) {
    Slot& slot = slots_[index_of(number_of(now))];
    if (slot.number != number_of(now)) slot = {number_of(now), 0};
    slot.bytes += bytes;
  }

  [[nodiscard]] Sum at(MonotonicTime now) const {
    const int64_t newest = number_of(now);
    Sum sum;
    for (const Slot& slot : slots_) {
      if (slot.number > newest - kSlots && slot.number <= newest) sum.bytes += slot.bytes;
    }
    sum.within = (now - MonotonicTime{}) - (newest - kSlots + 1) * kSlot;
    return sum;
  }

 private:
  static constexpr Duration kSlot = 250ms;
  static constexpr int64_t kSlots = abr::kRecentTransfer / kSlot + 1;
  struct Slot {
    int64_t number = -kSlots;  // since the clock's zero
    int64_t bytes = 0;
  };
  static int64_t number_of(MonotonicTime now) { return (now - MonotonicTime{}) / kSlot; }
  static std::size_t index_of(int64_t number) { return static_cast<std::size_t>(number % kSlots); }

  std::array<Slot, static_cast<std::size_t>(kSlots)> slots_;
};

}  // namespace playhead
