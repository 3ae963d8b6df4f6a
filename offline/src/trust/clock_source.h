// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/time.h"
#include "playhead/wall_clock.h"

namespace playhead::offline {

// What the device says about time, as it says it.
struct ClockFacts {
  WallTime system;      // anybody can set it
  Duration uptime{0};   // since the device was started, with the time it slept
  std::string boot_id;  // another one after each start; empty: the system tells none
};

class ClockSource {
 public:
  virtual ~ClockSource() = default;
  // Any thread; asks the system, never a network.
  virtual ClockFacts read() = 0;
};

// Linux and Android: CLOCK_BOOTTIME and /proc/sys/kernel/random/boot_id. Apple: CLOCK_MONOTONIC,
// which counts sleep there, and kern.bootsessionuuid. Elsewhere: a clock that may stand still while
// the device sleeps, and no boot id; starts are then told apart by what time the device was
// started.
// `wall`: says what time it is in the system's place; may be null.
[[nodiscard]] std::unique_ptr<ClockSource> make_system_clock_source(
    std::shared_ptr<const WallClock> wall = nullptr);

}  // namespace playhead::offline
