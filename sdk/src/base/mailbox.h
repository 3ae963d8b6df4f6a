// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "playhead/cancel_handle.h"
#include "playhead/executor.h"

namespace playhead {

// Carries answers to a callback on another executor, until the receiver cancels: after that the
// callback never runs and the receiver's executor is not touched.
template <typename... Args>
class Mailbox : public std::enable_shared_from_this<Mailbox<Args...>> {
 public:
  using Callback = UniqueFunction<void(Args...)>;

  // `handle` receives the receiver's end; it is used on `executor`'s thread, as ever.
  static std::shared_ptr<Mailbox> make(Executor& executor, Callback callback,
                                       CancelHandle& handle) {
    auto mailbox = std::make_shared<Mailbox>(executor, std::move(callback));
    handle = CancelHandle([mailbox] { mailbox->close(); });
    return mailbox;
  }
  Mailbox(Executor& executor, Callback callback)
      : executor_(&executor), callback_(std::move(callback)) {}

  // Any thread.
  void send(Args... args) {
    const std::lock_guard lock(mutex_);
    if (executor_ == nullptr) return;
    executor_->post([self = this->shared_from_this(), ... args = std::move(args)]() mutable {
      self->deliver(std::move(args)...);
    });
  }

  // Any thread; true once the receiver has gone.
  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return executor_ == nullptr;
  }

 private:
  void deliver(Args... args) {
    if (closed()) return;
    is_running_ = true;
    callback_(std::move(args)...);
    is_running_ = false;
    if (closed()) callback_ = nullptr;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      executor_ = nullptr;
    }
    // A callback that cancels itself must live until it returns.
    if (!is_running_) callback_ = nullptr;
  }

  mutable std::mutex mutex_;
  Executor* executor_;  // under mutex_; null: closed
  // On the receiver's thread only.
  Callback callback_;
  bool is_running_ = false;
};

}  // namespace playhead
