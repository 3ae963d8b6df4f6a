// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>

#include "playhead/time.h"

namespace playhead {

// One answer of the service: its Date header and when the request left and the answer came.
struct DateSample {
  WallTime date;  // whole seconds, rounded down (RFC 9110 §6.6.1)
  MonotonicTime sent;
  MonotonicTime received;
};

// The service's time, estimated from the Date headers of its answers. It hangs on the monotonic
// clock: once known, changes of the device's clock do not matter. Time the device sleeps may be
// missing until the next answer.
// Thread-safe; reads no clock.
class ServerClock {
 public:
  struct Reading {
    WallTime time;
    bool is_server_time = false;  // false: nothing is known yet, it is the device's own time
  };

  void observe(const DateSample& sample);
  [[nodiscard]] Reading read(MonotonicTime now, WallTime device) const;

 private:
  // Bounds of (service time - monotonic time). Every sample narrows them to their intersection.
  struct Bounds {
    Duration low;
    Duration high;
    MonotonicTime at;
  };
  [[nodiscard]] Bounds aged(MonotonicTime now) const;

  mutable std::mutex mutex_;
  std::optional<Bounds> bounds_;  // under mutex_
};

}  // namespace playhead
