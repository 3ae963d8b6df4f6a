// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead::drm {

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
