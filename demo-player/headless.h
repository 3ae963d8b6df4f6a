// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

namespace demo {

// Runs the play without a window, with a live status line, until it is over or interrupted.
void run_headless(Session& session);

}  // namespace demo
