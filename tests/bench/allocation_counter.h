// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Counts what operator new hands out in this program while it is told to: counting takes time. One
// thread at a time.
namespace playhead::bench {

struct Allocations {
  int64_t count = 0;          // since the start
  int64_t current_bytes = 0;  // held now, since the start
  int64_t peak_bytes = 0;     // most of them at once
};

void start_counting();
Allocations stop_counting();
// While it counts.
[[nodiscard]] Allocations counted_so_far();

}  // namespace playhead::bench
