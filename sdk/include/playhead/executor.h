// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "playhead/cancel_handle.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

using Task = UniqueFunction<void()>;

// One serial thread of work, its clocks and its randomness: the only way the library sees time.
// Real: ThreadExecutor. Tests and simulation: a virtual one on which hours pass in milliseconds.
//
// Order: tasks run one at a time; posted tasks in the order of posting; timers in (deadline, start)
// order, never before their deadline. A task never runs inside post() or post_at().
class Executor {
 public:
  virtual ~Executor() = default;

  // Any thread. Never goes back.
  [[nodiscard]] virtual MonotonicTime now() const = 0;
  // Any thread. May jump.
  [[nodiscard]] virtual WallTime wall_now() const = 0;

  // Any thread. Tasks still queued when the executor ends are destroyed unrun, on its thread.
  virtual void post(Task task) = 0;
  // Any thread; the handle is used on the executor's thread only. A deadline in the past runs at
  // the next occasion.
  virtual CancelHandle post_at(MonotonicTime deadline, Task task) = 0;

  // Uniform 64 bits for jitter and ids; not for keys. Executor thread only.
  virtual uint64_t random() = 0;

  // True on the executor's own thread.
  [[nodiscard]] virtual bool is_current() const = 0;
};

}  // namespace playhead
