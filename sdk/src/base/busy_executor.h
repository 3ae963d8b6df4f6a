// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "playhead/executor.h"

namespace playhead {

// Another executor, for somebody who has to know whether one of the tasks given to this one is
// running right now: a callback of the app's, deep inside such a task, may end whoever gave it.
// Others may use the same executor; theirs do not count.
class BusyExecutor final : public Executor {
 public:
  explicit BusyExecutor(std::shared_ptr<Executor> inner) : inner_(std::move(inner)) {}

  [[nodiscard]] MonotonicTime now() const override { return inner_->now(); }
  [[nodiscard]] WallTime wall_now() const override { return inner_->wall_now(); }
  void post(Task task) override { inner_->post(counted(std::move(task))); }
  CancelHandle post_at(MonotonicTime deadline, Task task) override {
    return inner_->post_at(deadline, counted(std::move(task)));
  }
  uint64_t random() override { return inner_->random(); }
  [[nodiscard]] bool is_current() const override { return inner_->is_current(); }

  // The caller is inside a task of this executor. Any thread.
  [[nodiscard]] bool is_busy() const { return inner_->is_current() && *running_ > 0; }
  // A task that counts as one of this executor's, however it gets to run on its thread.
  [[nodiscard]] Task counted(Task task) const {
    return [running = running_, task = std::move(task)]() mutable {
      const Running counted(*running);
      task();
      task = nullptr;  // what it owns ends within it
    };
  }

 private:
  class Running {
   public:
    explicit Running(int& count) : count_(count) { ++count_; }
    ~Running() { --count_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    int& count_;
  };

  const std::shared_ptr<Executor> inner_;
  // Tasks that are running, one inside the other; the executor's thread. Outlived by the last task.
  const std::shared_ptr<int> running_ = std::make_shared<int>(0);
};

}  // namespace playhead
