// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/executor.h"
#include "playhead/sinks.h"

namespace playhead {

// Stands between a player and the app's sinks: once it is closed they are called no more, whatever
// the player still does, and calls that take long are told. Engine thread.
class SinkGate {
 public:
  // `on_slow`: a call has taken so long that the next sound may come late; at most every 10 s.
  using OnSlow = UniqueFunction<void(const char* call, Duration taken)>;
  SinkGate(Executor& executor, OnSlow on_slow);
  ~SinkGate();
  SinkGate(const SinkGate&) = delete;
  SinkGate& operator=(const SinkGate&) = delete;

  // The app's sinks behind the gate, which outlives what they are given to. Once.
  [[nodiscard]] Sinks guard(Sinks sinks);
  // A call of a sink is running.
  [[nodiscard]] bool is_inside() const;
  // From inside a call of a sink, too. The sound device is closed if it is open.
  void close();

 private:
  struct State;
  class Screen;
  class Speaker;
  const std::shared_ptr<State> state_;
  std::shared_ptr<Speaker> speaker_;  // null: no sound goes through it
};

}  // namespace playhead
