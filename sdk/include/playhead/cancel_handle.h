// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "playhead/unique_function.h"

namespace playhead {

// Owns one started operation (a timer, a fetch). Destroying or resetting it cancels the operation:
// after that no callback of the operation runs. Move-only. Unless an interface says otherwise it is
// used and destroyed on the thread of the executor the operation reports to.
class [[nodiscard]] CancelHandle {
 public:
  CancelHandle() = default;
  explicit CancelHandle(UniqueFunction<void()> cancel) : cancel_(std::move(cancel)) {}
  CancelHandle(CancelHandle&& other) noexcept : cancel_(std::move(other.cancel_)) {}
  CancelHandle& operator=(CancelHandle&& other) noexcept {
    if (this != &other) {
      reset();
      cancel_ = std::move(other.cancel_);
    }
    return *this;
  }
  CancelHandle(const CancelHandle&) = delete;
  CancelHandle& operator=(const CancelHandle&) = delete;
  ~CancelHandle() { reset(); }

  void reset() {
    if (!cancel_) return;
    UniqueFunction<void()> cancel = std::move(cancel_);
    cancel_ = nullptr;
    cancel();
  }
  // True until reset. Says nothing about whether the operation has already completed.
  explicit operator bool() const { return static_cast<bool>(cancel_); }

 private:
  UniqueFunction<void()> cancel_;
};

}  // namespace playhead
