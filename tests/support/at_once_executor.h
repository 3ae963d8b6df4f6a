// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "playhead/executor.h"

namespace playhead::test {

// Runs what is posted before post() returns, as no real executor does: wake-ups that only note
// something are then no step of a simulation. Timers and the rest are those of another executor.
class AtOnceExecutor final : public Executor {
 public:
  explicit AtOnceExecutor(Executor& inner) : inner_(inner) {}
  [[nodiscard]] MonotonicTime now() const override { return inner_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return inner_.wall_now(); }
  void post(Task task) override { task(); }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return inner_.post_at(deadline, std::move(task));
  }
  uint64_t random() override { return inner_.random(); }
  [[nodiscard]] bool is_current() const override { return true; }

 private:
  Executor& inner_;
};

}  // namespace playhead::test
