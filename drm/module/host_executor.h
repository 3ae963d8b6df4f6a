// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "playhead/drm/cdm.h"
#include "playhead/executor.h"

namespace playhead::drm {

// The executor of a session inside a module: the host's clocks, and tasks that wait here for the
// host to wake the session. Tasks the host refuses, or never comes for, are destroyed unrun.
class HostExecutor final : public Executor {
 public:
  // `host` outlives it.
  HostExecutor(const playhead_cdm_host& host, uint64_t session);

  [[nodiscard]] MonotonicTime now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  void post(Task task) override;
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override;
  [[nodiscard]] bool is_current() const override;

  // Runs what waits under that token, if anything does.
  void wake(uint64_t token);

 private:
  struct State {
    std::mutex mutex;
    uint64_t next_token = 1;         // under mutex
    std::map<uint64_t, Task> tasks;  // under mutex
  };
  static Task take(State& state, uint64_t token);
  uint64_t keep(Task task);

  const playhead_cdm_host& host_;
  const uint64_t session_;
  std::shared_ptr<State> state_ = std::make_shared<State>();  // timers' handles look at it
};

}  // namespace playhead::drm
