// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace playhead::bench {

// Processor time of this thread, in seconds: other load on the machine does not count.
[[nodiscard]] inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The same of all threads of the process.
[[nodiscard]] inline double process_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace playhead::bench
