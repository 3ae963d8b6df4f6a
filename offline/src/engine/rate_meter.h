// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "playhead/time.h"

namespace playhead::offline {

// Bytes a second over the last seconds, for people. One thread; reads no clock.
class RateMeter {
 public:
  void add(int64_t bytes, MonotonicTime now) {
    if (samples_.empty()) since_ = now;
    if (!samples_.empty() && now - samples_.back().at < kGrain) {
      samples_.back().bytes += bytes;
    } else {
      samples_.push_back({now, bytes});
    }
    sum_ += bytes;
    forget(now);
  }
  // 0 while nothing comes.
  [[nodiscard]] int64_t bytes_per_second(MonotonicTime now) {
    forget(now);
    if (samples_.empty()) return 0;
    const Duration span = std::max(now - std::max(since_, now - kWindow), kGrain);
    return static_cast<int64_t>(static_cast<double>(sum_) / to_seconds(span));
  }

 private:
  // Longer: calmer; shorter: shows sooner that a line is slow (chosen).
  static constexpr Duration kWindow = 5s;
  static constexpr Duration kGrain = 250ms;
  struct Sample {
    MonotonicTime at;
    int64_t bytes = 0;
  };

  void forget(MonotonicTime now) {
    while (!samples_.empty() && now - samples_.front().at > kWindow) {
      sum_ -= samples_.front().bytes;
      samples_.pop_front();
    }
  }

  std::deque<Sample> samples_;
  MonotonicTime since_;
  int64_t sum_ = 0;
};

}  // namespace playhead::offline
