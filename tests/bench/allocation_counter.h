// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Counts what operator new hands out in this program. One thread at a time.
namespace playhead::bench {

struct Allocations {
  int64_t count = 0;          // since the last reset
  int64_t current_bytes = 0;  // held now, since the last reset
  int64_t peak_bytes = 0;     // most of them at once
};

void reset_allocations();
[[nodiscard]] Allocations allocations();

}  // namespace playhead::bench
