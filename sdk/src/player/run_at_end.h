// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/executor.h"

namespace playhead {

// Longest wait for an executor of the app's when something ends (chosen: above what anything on it
// takes). Longer: who ends a client after its executor waits for longer; shorter: a thread that is
// busy is taken for one that has ended, and what it has is taken away from under it.
inline constexpr Duration kEndPatience = 5s;

// Runs `work` on the executor's thread and waits for it. Where that runs nothing any more (it
// destroys what is posted, or `patience` has passed) it is run here: nobody else will. False: here.
// Not on the executor's thread.
bool run_at_end(Executor& executor, Task work, Duration patience = kEndPatience);

}  // namespace playhead
