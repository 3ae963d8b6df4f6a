// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include <chrono>

namespace playhead::server {

int64_t SystemClock::now_ms() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace playhead::server
