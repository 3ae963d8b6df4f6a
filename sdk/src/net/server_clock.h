// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/watchers.h"
#include "playhead/cancel_handle.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

// What a server said its time was, and when the request left and the answer came.
struct DateSample {
  WallTime date;  // rounded down to `resolution`
  MonotonicTime sent;
  MonotonicTime received;
  Duration resolution = 1s;  // that of a Date header (RFC 9110 §6.6.1)
};

// The service's time, estimated from what its answers say. It hangs on the monotonic
// clock: once known, changes of the device's clock do not matter. Time the device sleeps may be
// missing until the next answer.
// Thread-safe; reads no clock.
class ServerClock {
 public:
  struct Reading {
    WallTime time;
    WallTime earliest;            // it is not earlier than this
    bool is_server_time = false;  // false: nothing is known yet, it is the device's own time
    Duration round_trip{0};       // of the latest answer
  };

  void observe(const DateSample& sample);
  [[nodiscard]] Reading read(MonotonicTime now, WallTime device) const;
  // `watcher` runs with every sample that is observed, on the thread that does, until the handle is
  // gone; it must not wait. Any thread.
  [[nodiscard]] CancelHandle watch(UniqueFunction<void(const DateSample&)> watcher);

 private:
  void take(const DateSample& sample);
  // Bounds of (service time - monotonic time). Every sample narrows them to their intersection.
  struct Bounds {
    Duration low;
    Duration high;
    MonotonicTime at;
  };
  [[nodiscard]] Bounds aged(MonotonicTime now) const;

  Watchers<const DateSample&> watchers_;
  mutable std::mutex mutex_;
  std::optional<Bounds> bounds_;  // under mutex_
  Duration round_trip_{0};        // under mutex_
};

}  // namespace playhead
