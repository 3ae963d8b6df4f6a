// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "playhead/executor.h"

namespace playhead {

// The way from a worker back to its owner on the executor's thread. It makes three promises of the
// media interfaces true: callbacks run on the executor, none runs after the owner is destroyed
// (close), none of an earlier generation runs after a flush (invalidate). The executor may end as
// soon as close() has returned, even while the worker is still busy.
template <typename Callbacks>
class Outlet : public std::enable_shared_from_this<Outlet<Callbacks>> {
 public:
  // Delivered whatever was flushed in between.
  static constexpr uint64_t kEveryGeneration = std::numeric_limits<uint64_t>::max();

  Outlet(Executor& executor, Callbacks callbacks)
      : executor_(&executor), callbacks_(std::move(callbacks)) {}

  // Any thread. `deliver(callbacks)` runs on the executor unless closed or invalidated by then.
  template <typename Deliver>
  void post(uint64_t generation, Deliver deliver) {
    const std::lock_guard lock(mutex_);
    if (!executor_) return;
    executor_->post([self = this->shared_from_this(), generation,
                     task = std::move(deliver)]() mutable { self->run(generation, task); });
  }

  // Executor thread.
  void invalidate(uint64_t generation) { generation_ = generation; }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      executor_ = nullptr;
    }
    closed_ = true;
    if (!running_) callbacks_ = {};  // else run() does it: the one that runs closed us
  }

 private:
  template <typename Deliver>
  void run(uint64_t generation, Deliver& deliver) {
    if (closed_ || (generation != kEveryGeneration && generation != generation_)) return;
    running_ = true;
    deliver(callbacks_);
    running_ = false;
    if (closed_) callbacks_ = {};
  }

  std::mutex mutex_;
  Executor* executor_;  // under mutex_; null when closed
  // Executor thread only.
  Callbacks callbacks_;
  uint64_t generation_ = 0;
  bool closed_ = false;
  bool running_ = false;
};

}  // namespace playhead
