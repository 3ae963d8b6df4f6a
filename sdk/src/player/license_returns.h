// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "player/run_at_end.h"
#include "player/title_protection.h"
#include "playhead/executor.h"

namespace playhead {

// Titles that are over and whose licences are being given back: what proves to a service that keys
// are gone (secure stop) takes a while, and reaches it also when the player has been destroyed
// meanwhile. One for each Client. Any thread, unless it says otherwise.
class LicenseReturns {
 public:
  // `executor`: where executors of players that are gone are let go. Outlives this.
  explicit LicenseReturns(Executor& executor);
  ~LicenseReturns();
  LicenseReturns(const LicenseReturns&) = delete;
  LicenseReturns& operator=(const LicenseReturns&) = delete;

  // Stops the title, and lets go of it when that is done, 2 s later at the latest. On its executor,
  // which outlives it.
  void add(std::unique_ptr<TitleProtection> title, Executor& executor);
  // The player that owned the executor is gone: it is kept for as long as titles on it are.
  void outlive(const std::shared_ptr<Executor>& executor);
  // Blocks until nothing is left; on an executor that titles are on: does not wait. False:
  // executors of what is left run nothing any more, or so it seems after `patience`.
  bool wait(Duration patience = kEndPatience);
  // Ends what is left, without a word. Where wait() does not wait.
  void clear();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace playhead
