// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

namespace demo {

// Runs the play without a window, with a live status line, until it is over or interrupted.
void run_headless(Session& session);

// Ctrl-C or a termination signal, which SDL turns into its event. Waits up to `wait_ms` for one;
// takes all events there are.
[[nodiscard]] bool was_interrupted(int wait_ms);

}  // namespace demo
