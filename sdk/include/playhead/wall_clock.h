// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/time.h"

namespace playhead {

// What time it is, where an app knows better than the system: devices whose clock begins in 1970,
// time that was asked of a server of the app's. Deadlines and measurements are by another clock,
// which nobody sets.
class WallClock {
 public:
  virtual ~WallClock() = default;
  // Any thread, several at once, at any moment; must not block, nor call the library. May jump; 1970 to the end of 9999.
  [[nodiscard]] virtual WallTime now() const = 0;
};

}  // namespace playhead
