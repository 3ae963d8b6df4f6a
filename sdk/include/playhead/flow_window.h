// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "playhead/bytes.h"
#include "playhead/unique_function.h"

namespace playhead {

// How far one transfer may run ahead of who takes its bytes: those that were received and are not
// dropped yet, wherever they are held meanwhile. The transport stops reading while the window is
// full, which closes the connection's own window; dropping bytes lets it go on. Any thread.
class FlowWindow {
 public:
  // Bytes. Larger: more memory; smaller than what the consumer holds back to use together, and
  // nothing ever comes again.
  explicit FlowWindow(int64_t most) : most_(most) {}
  FlowWindow(const FlowWindow&) = delete;
  FlowWindow& operator=(const FlowWindow&) = delete;

  // Counts while it lives.
  class Share {
   public:
    Share() = default;
    Share(std::shared_ptr<FlowWindow> window, int64_t bytes)
        : window_(std::move(window)), bytes_(bytes) {
      if (window_) window_->held_.fetch_add(bytes_);
    }
    Share(Share&& other) noexcept = default;
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (window_) window_->release(bytes_);
    }
    void add(int64_t bytes) {
      bytes_ += bytes;
      if (window_) window_->held_.fetch_add(bytes);
    }
    // The same bytes, counted until the last copy of what this gives is dropped.
    static SharedBytes attach(Share share, SharedBytes bytes) {
      if (!share.window_) return bytes;
      struct Held {
        Share share;
        SharedBytes bytes;
      };
      const auto held = std::make_shared<const Held>(Held{std::move(share), std::move(bytes)});
      // Owned as a whole; what it points to is not looked at.
      return {std::shared_ptr<const std::vector<uint8_t>>(held, nullptr), held->bytes.view()};
    }

   private:
    std::shared_ptr<FlowWindow> window_;
    int64_t bytes_ = 0;
  };

  [[nodiscard]] int64_t held() const { return held_.load(); }
  [[nodiscard]] bool is_full() const { return held() >= most_; }

  // Of the transport: runs whenever the window was full and half of it is free again, on the thread
  // that dropped bytes. Empty: nothing runs any more when this returns.
  void on_room(UniqueFunction<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

 private:
  void release(int64_t bytes) {
    const int64_t before = held_.fetch_sub(bytes);
    const int64_t enough = most_ / 2;
    if (before <= enough || before - bytes > enough) return;
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }

  const int64_t most_;
  std::atomic<int64_t> held_{0};
  std::mutex mutex_;
  UniqueFunction<void()> wake_;  // under mutex_
};

}  // namespace playhead
