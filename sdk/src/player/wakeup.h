// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/executor.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

// The app's wake-up: rung from the engine thread, run on the client's notifier, so that one that
// takes its time holds up nothing but the next wake-ups. It may do anything to the player it
// belongs to: replace itself, end it. Any thread.
class Wakeup {
 public:
  using Call = UniqueFunction<void()>;

  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // `call` takes the place of the one before, and runs on `notifier`, which may be null without a
  // call. `waits`: returns after a running call of the one before has ended, unless that is who
  // calls.
  void set(Call call, Executor* notifier, bool waits);
  // There is none any more, whoever sets one.
  void close(bool waits);

  // Has it run, once however often it is rung before it does. Engine thread.
  void ring(MonotonicTime now);
  // It was rung a second ago and more, and has not returned: told once each time.
  [[nodiscard]] bool is_late(MonotonicTime now);

 private:
  struct State;
  void replace(std::shared_ptr<Call> next, Executor* notifier, bool waits, bool is_last);

  // What waits on the notifier may outlive this.
  const std::shared_ptr<State> state_;
};

}  // namespace playhead
