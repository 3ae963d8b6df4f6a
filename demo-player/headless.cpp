// SPDX-License-Identifier: Apache-2.0
#include "headless.h"

#include <SDL.h>

#include "clock.h"
#include "status_line.h"

namespace demo {
namespace {

// How late a signal or a step of the script may be noticed, milliseconds.
constexpr int kTurnMs = 50;

// SDL turns SIGINT and SIGTERM into this.
bool was_interrupted() {
  SDL_Event event;
  while (SDL_PollEvent(&event) == 1) {
    if (event.type == SDL_QUIT) return true;
  }
  return false;
}

}  // namespace

void run_headless(Session& session) {
  StatusLine status;
  session.set_before_output([&] { status.clear(); });
  while (!session.is_over()) {
    session.pump(kTurnMs);
    session.tick();
    if (was_interrupted()) session.quit();
    status.update(monotonic_us(), session.view());
  }
  status.clear();
  session.set_before_output(nullptr);
}

}  // namespace demo
