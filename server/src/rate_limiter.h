// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "clock.h"

namespace playhead::server {

// A token bucket per caller: `burst` calls at once, `per_second` on average. Any thread.
class RateLimiter {
 public:
  struct Limits {
    int64_t per_second = 0;  // 0 = no limit
    int64_t burst = 1;       // >= 1
  };

  RateLimiter(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  // 0: go on. Otherwise the seconds after which it is worth trying again.
  [[nodiscard]] int seconds_to_wait(std::string_view caller);

 private:
  struct Bucket {
    int64_t thousandths = 0;  // of a call
    int64_t at_ms = 0;
  };
  // Callers are spread over several locks; each part forgets those whose bucket is full again.
  struct Part {
    std::mutex mutex;
    std::unordered_map<std::size_t, Bucket> buckets;  // by hash: two callers rarely share one
  };
  static constexpr std::size_t kParts = 16;

  void forget_full(Part& part, int64_t now_ms) const;

  const Clock& clock_;
  const Limits limits_;
  std::array<Part, kParts> parts_;
};

}  // namespace playhead::server
