// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <memory>
#include <string>

#include "playhead/config.h"
#include "recorder/flight_recorder.h"

namespace playhead::recorder {

// The executor of a recorded client and all of its players: every task is a step, and time stands
// still within it.
class RecordingExecutor final : public Executor {
 public:
  RecordingExecutor(std::shared_ptr<Executor> inner, std::shared_ptr<FlightRecorder> recorder)
      : inner_(std::move(inner)), recorder_(std::move(recorder)) {}

  [[nodiscard]] MonotonicTime now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  void post(Task task) override;
  CancelHandle post_at(MonotonicTime deadline, Task task) override;
  uint64_t random() override;
  [[nodiscard]] bool is_current() const override { return inner_->is_current(); }

  // A call of the app: a step that begins with what `describe` answers then. Any thread.
  void post_call(UniqueFunction<std::string()> describe, Task call);
  // The same at once, and waits for it.
  template <typename Call>
  void run_call(UniqueFunction<std::string()> describe, Call call) {
    if (is_current()) {
      const FlightRecorder::Step step(*recorder_, *inner_, 'C', describe());
      return call();
    }
    std::promise<void> done;
    post_call(std::move(describe), [&] {
      call();
      done.set_value();
    });
    done.get_future().wait();
  }

  [[nodiscard]] FlightRecorder& recorder() const { return *recorder_; }
  [[nodiscard]] const std::shared_ptr<FlightRecorder>& shared_recorder() const { return recorder_; }
  // What the world outside reports to.
  [[nodiscard]] Executor& inner() const { return *inner_; }

 private:
  void post_step(char kind, Task task);

  const std::shared_ptr<Executor> inner_;
  const std::shared_ptr<FlightRecorder> recorder_;
};

// Answers of the app become steps. Null stays null.
[[nodiscard]] TokenProvider record_tokens(std::shared_ptr<RecordingExecutor> executor,
                                          TokenProvider provider);

}  // namespace playhead::recorder
