// SPDX-License-Identifier: Apache-2.0
#include "headless.h"

#include <SDL.h>

#include "clock.h"
#include "status_line.h"

namespace demo {
namespace {

// How late a signal or a step of the script may be noticed, milliseconds.
constexpr int kTurnMs = 50;

}  // namespace

bool was_interrupted(int wait_ms) {
  SDL_Event event;
  if (wait_ms > 0 && SDL_WaitEventTimeout(&event, wait_ms) == 1 && event.type == SDL_QUIT) {
    return true;
  }
  while (SDL_PollEvent(&event) == 1) {
    if (event.type == SDL_QUIT) return true;
  }
  return false;
}

void run_headless(Session& session) {
  StatusLine status;
  session.set_before_output([&] { status.clear(); });
  while (!session.is_over()) {
    session.pump(kTurnMs);
    session.tick();
    if (was_interrupted(0)) session.quit();
    status.update(monotonic_us(), session.view());
  }
  status.clear();
  session.set_before_output(nullptr);
}

}  // namespace demo
