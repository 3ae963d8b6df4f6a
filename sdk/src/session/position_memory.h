// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"
#include "playhead/store.h"
#include "session/api_types.h"

namespace playhead {

// Where somebody was last in each title, as far as this device knows: for titles that are played
// where the service cannot be asked. The Outbox forgets what was delivered, this does not. Any
// thread.
class PositionMemory {
 public:
  // Beyond it the oldest are forgotten, when the next is noted first in a process.
  static constexpr int kMostTitles = 500;

  // Both outlive it and what it has begun.
  PositionMemory(Store& store, Executor& executor);

  void note(const ProgressReport& report);
  // Nothing: never noted, or not to be read. 0 for a title that was played out. `done` on
  // `reply_to`.
  CancelHandle recall(const std::string& profile_id, const std::string& title_id,
                      Executor& reply_to, UniqueFunction<void(std::optional<MediaTime>)> done);

 private:
  struct State;
  void forget_oldest();

  Store& store_;
  Executor& executor_;
  const std::shared_ptr<State> state_;
};

}  // namespace playhead
