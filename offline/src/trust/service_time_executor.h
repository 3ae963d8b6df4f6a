// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

#include "playhead/executor.h"

namespace playhead::offline {

// Another executor with the service's time for a wall clock: DRM systems that run on it compare the
// ends of licences with that, whatever time the device's clock was set to.
class ServiceTimeExecutor final : public Executor {
 public:
  // `executor` outlives it; `time` may be asked by any thread.
  ServiceTimeExecutor(Executor& executor, std::function<WallTime()> time)
      : executor_(executor), time_(std::move(time)) {}

  [[nodiscard]] MonotonicTime now() const override { return executor_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return time_(); }
  void post(Task task) override { executor_.post(std::move(task)); }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return executor_.post_at(deadline, std::move(task));
  }
  uint64_t random() override { return executor_.random(); }
  [[nodiscard]] bool is_current() const override { return executor_.is_current(); }

 private:
  Executor& executor_;
  const std::function<WallTime()> time_;
};

}  // namespace playhead::offline
