// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/executor.h"
#include "playhead/wall_clock.h"

namespace playhead {

// Executor on a thread of its own, with the system's clocks. The only place that reads them.
class ThreadExecutor final : public Executor {
 public:
  // `name` shows in debuggers (15 characters are kept). Without a clock: the system's wall clock.
  explicit ThreadExecutor(const std::string& name,
                          std::shared_ptr<const WallClock> clock = nullptr);
  // Ends after the running task; queued tasks are destroyed unrun. Waits for that
  // unless the running task itself lets go of the executor.
  ~ThreadExecutor() override;

  [[nodiscard]] MonotonicTime now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  void post(Task task) override;
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override;
  [[nodiscard]] bool is_current() const override;

 private:
  class Impl;
  const std::shared_ptr<const WallClock> clock_;  // may be null
  std::shared_ptr<Impl> impl_;  // shared with timer handles, which may outlive the executor
};

}  // namespace playhead
