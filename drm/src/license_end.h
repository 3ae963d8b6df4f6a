// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead::drm {

// Ends and the like, of whatever others say: from 1970 to the end of the year 9999, so that what is
// reckoned with them stays a time.
[[nodiscard]] constexpr WallTime within_calendar(WallTime at) {
  constexpr WallTime kFirst{0};
  constexpr WallTime kLast{int64_t{253'402'300'799} * 1'000'000};
  return std::clamp(at, kFirst, kLast);
}

// When a licence is over: by the wall clock, or by the time that has passed since it was set,
// whichever is first, so that a clock set back gains nothing; one set forward is noticed within a
// minute. One thread, that of the executor.
class LicenseEnd {
 public:
  // `executor` outlives it.
  explicit LicenseEnd(Executor& executor) : executor_(executor) {}

  // In place of what was set before. `over` once, in a task of its own, which may destroy this;
  // soon, when `at` has passed.
  void set(WallTime at, UniqueFunction<void()> over);
  void clear();

 private:
  [[nodiscard]] Duration left() const;
  void await();

  Executor& executor_;
  WallTime at_;
  MonotonicTime deadline_;  // the same by the clock that is not set
  UniqueFunction<void()> over_;
  CancelHandle timer_;
};

}  // namespace playhead::drm
