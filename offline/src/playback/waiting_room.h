// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "playhead/executor.h"

namespace playhead::offline {

// Where requests wait for what is being downloaded: all of them look again twice a second (chosen:
// a segment takes longer, and nobody notices half of that), as long as there are any. Lives and
// ends on the thread of `worker`.
class WaitingRoom : public std::enable_shared_from_this<WaitingRoom> {
 public:
  explicit WaitingRoom(Executor& worker) : worker_(worker) {}
  void add(std::function<void()> look_again);

 private:
  void open_door();

  Executor& worker_;
  std::vector<std::function<void()>> waiting_;
  CancelHandle timer_;
};

}  // namespace playhead::offline
