// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>

#include "playhead/encryption.h"

namespace playhead {

// Keys of a title that media came of: see SampleDecryptor::set_proven(). Any thread.
class ProvenKeys {
 public:
  void add(const KeyId& kid) {
    const std::lock_guard lock(mutex_);
    kids_.insert(kid);
  }
  [[nodiscard]] bool has(const KeyId& kid) const {
    const std::lock_guard lock(mutex_);
    return kids_.count(kid) != 0;
  }
  // Keys may be others when they come again.
  template <typename IsGone>
  void forget_if(IsGone is_gone) {
    const std::lock_guard lock(mutex_);
    std::erase_if(kids_, is_gone);
  }

 private:
  mutable std::mutex mutex_;
  std::set<KeyId> kids_;  // under mutex_
};

}  // namespace playhead
