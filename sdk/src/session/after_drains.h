// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "playhead/unique_function.h"

namespace playhead {

// What each of `count` drains is to be told: `done` hears once, after the last of them, whether all were emptied. Of
// one thread.
[[nodiscard]] inline auto after_drains(int count, UniqueFunction<void(bool)> done) {
  struct Drains {
    UniqueFunction<void(bool)> done;
    int left = 0;
    bool is_empty = true;
  };
  const auto drains = std::make_shared<Drains>();
  drains->done = std::move(done);
  drains->left = count;
  return [drains](bool is_empty) {
    drains->is_empty = drains->is_empty && is_empty;
    if (--drains->left == 0) drains->done(drains->is_empty);
  };
}

}  // namespace playhead
