// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace playhead {

// A call over several steps, owned by whoever waits for it: `Call` derives from it, is made by
// std::make_shared, and ends its steps with is_finished_. One thread.
template <typename Call>
class OwnedCall : public std::enable_shared_from_this<Call> {
 protected:
  // A callback of something the call owns: does nothing once the call is over.
  template <typename Action>
  auto guarded(Action action) {
    return [weak = this->weak_from_this(), action = std::move(action)](auto&&... args) mutable {
      const std::shared_ptr<Call> self = weak.lock();
      if (self && !static_cast<OwnedCall&>(*self).is_finished_) {
        action(*self, std::forward<decltype(args)>(args)...);
      }
    };
  }

  bool is_finished_ = false;
};

}  // namespace playhead
