// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "playhead/executor.h"

namespace playhead {

// Runs `action(*object)` on the executor's thread, in order; not at all once the object is gone.
template <typename Object, typename Action>
void post_to(Executor& executor, const std::shared_ptr<Object>& object, Action action) {
  executor.post([weak = std::weak_ptr<Object>(object), action = std::move(action)]() mutable {
    if (const auto alive = weak.lock()) action(*alive);
  });
}

}  // namespace playhead
