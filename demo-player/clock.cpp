// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include <SDL.h>

namespace demo {

int64_t monotonic_us() {
  const uint64_t ticks = SDL_GetPerformanceCounter();
  const uint64_t per_second = SDL_GetPerformanceFrequency();
  // Split, so that ticks * 1'000'000 cannot overflow.
  return static_cast<int64_t>(ticks / per_second * 1'000'000 +
                              ticks % per_second * 1'000'000 / per_second);
}

}  // namespace demo
