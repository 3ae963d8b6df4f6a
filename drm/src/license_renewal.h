// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead::drm {

// When the licence of a session is asked for anew: as planned, again after failures, not once the
// service refused. What is asked is the session's affair. One thread, that of the executor.
class LicenseRenewal {
 public:
  // `executor` outlives it. `ask`: each time in a task of its own; it must not destroy this.
  LicenseRenewal(Executor& executor, UniqueFunction<void()> ask)
      : executor_(executor), ask_(std::move(ask)) {}

  // In place of what was planned: for a licence that ends then (none: never) and of which the
  // service says when it wants to be asked again (none: it says nothing). Nothing is planned for
  // one that ends sooner than it could come.
  void plan(std::optional<WallTime> end, std::optional<WallTime> wished);
  // Nothing is planned any more.
  void clear();
  // Now, in place of when it was planned; not while it is under way, or when it was refused.
  void hasten();
  // It is due, or waits to be tried again: what a sleeping device missed.
  [[nodiscard]] bool is_late() const;

  // It is under way, whoever began: the system may have come to it first.
  void begin();
  // The licence has come.
  void succeed();
  // Tried again later, unless that is the service's refusal.
  void fail(const Error& error);

  [[nodiscard]] bool is_under_way() const { return state_ == State::kUnderWay; }
  [[nodiscard]] bool is_waiting() const { return static_cast<bool>(timer_); }

 private:
  enum class State : uint8_t { kNone, kUnderWay, kRefused };

  void ask_after(Duration delay);

  Executor& executor_;
  UniqueFunction<void()> ask_;
  State state_ = State::kNone;
  int failures_ = 0;                // since the last licence
  std::optional<WallTime> due_at_;  // as planned
  CancelHandle timer_;
};

}  // namespace playhead::drm
