// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <doctest/doctest.h>

#include "support/sim_world.h"

namespace playhead::test {

// A world in which playback has been going on for a while.
struct Playing {
  explicit Playing(Duration played = 10s, SimLink link = SimLink::constant(20'000'000))
      : world(1, {}, std::move(link)) {
    world.start_app();
    world.load_url(world.title.url());
    REQUIRE(world.run_until_event<FirstFrame>(10s));
    world.run_for(played);
    world.forget_events();
    world.screen->forget();
  }
  SimWorld world;
};

}  // namespace playhead::test
