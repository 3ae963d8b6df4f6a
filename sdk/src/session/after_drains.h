// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "playhead/unique_function.h"

namespace playhead {

// What two drains are to be told: `done` hears once, after both, whether both were emptied. Of one thread.
[[nodiscard]] inline auto after_both_drains(UniqueFunction<void(bool)> done) {
  struct Both {
    UniqueFunction<void(bool)> done;
    int left = 2;
    bool is_empty = true;
  };
  const auto both = std::make_shared<Both>();
  both->done = std::move(done);
  return [both](bool is_empty) {
    both->is_empty = both->is_empty && is_empty;
    if (--both->left == 0) both->done(both->is_empty);
  };
}

}  // namespace playhead
