// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "playhead/time.h"

namespace playhead {

// When a body that trickles or stopped coming has been waited for long enough: after `limit`
// without a byte, and after any `limit` in which less came than so much for each second of it.
// Pure.
class StallWatch {
 public:
  // Chosen: no media can be played at 8 kbit/s, and no link in use is that slow for seconds; a host
  // that sends a byte a second is not waited for. Higher gives up on links of the second
  // generation.
  static constexpr int64_t kLeastBytesPerSecond = 1024;

  // The head has come: the body is due from here.
  void start(MonotonicTime now, Duration limit,
             int64_t least_bytes_per_second = kLeastBytesPerSecond) {
    limit_ = limit;
    least_ = least_bytes_per_second;
    last_ = window_start_ = now;
    window_bytes_ = 0;
  }
  void add(int64_t bytes, MonotonicTime now) {
    roll(now);
    last_ = now;
    window_bytes_ += bytes;
  }
  // When to ask is_over() again at the latest.
  [[nodiscard]] MonotonicTime deadline() const {
    return std::min(last_ + limit_, window_start_ + limit_);
  }
  // Nothing, or too little, has come for too long.
  [[nodiscard]] bool is_over(MonotonicTime now) {
    roll(now);
    return now >= deadline();
  }

 private:
  // A window that brought enough is followed by the next.
  void roll(MonotonicTime now) {
    const bool is_full = now >= window_start_ + limit_;
    if (!is_full || window_bytes_ * 1'000'000 < least_ * limit_.count()) return;
    window_start_ = std::max(last_, window_start_ + Duration{1});
    window_bytes_ = 0;
  }

  Duration limit_{0};
  int64_t least_ = kLeastBytesPerSecond;
  MonotonicTime last_;
  MonotonicTime window_start_;
  int64_t window_bytes_ = 0;
};

}  // namespace playhead
