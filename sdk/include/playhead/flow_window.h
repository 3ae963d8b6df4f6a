// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "playhead/bytes.h"
#include "playhead/unique_function.h"

namespace playhead {

// How far one transfer may run ahead of who takes its bytes: those that were received and are not
// dropped yet, wherever they are held meanwhile, or, where the consumer makes something else of
// them, those it has granted. The transport stops reading while the window is full, which closes
// the connection's own window; dropping bytes, and granting more, lets it go on. Any thread.
class FlowWindow {
 public:
  static constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();
  // Bytes held at once, and bytes of the whole body that may come until grant() says otherwise.
  // Larger: more memory; smaller than what the consumer holds back to use together, and nothing
  // ever comes again.
  explicit FlowWindow(int64_t most, int64_t granted = kUnbounded)
      : most_(most), granted_(granted) {}
  FlowWindow(const FlowWindow&) = delete;
  FlowWindow& operator=(const FlowWindow&) = delete;

  // Counts while it lives.
  class Share {
   public:
    Share() = default;
    Share(std::shared_ptr<FlowWindow> window, int64_t bytes)
        : window_(std::move(window)), bytes_(bytes) {
      if (window_) window_->take(bytes_);
    }
    Share(Share&& other) noexcept = default;
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (window_) window_->release(bytes_);
    }
    void add(int64_t bytes) {
      bytes_ += bytes;
      if (window_) window_->take(bytes);
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
  [[nodiscard]] int64_t granted() const { return granted_.load(); }
  // Its bytes are dropped soon after they came: they may lie in buffers that are used again.
  [[nodiscard]] bool is_passing() const { return most_ < kUnbounded; }
  [[nodiscard]] bool is_full() const {
    if (!has_no_room()) return false;
    // In this order: who grants more in between wakes the transport, or is seen here.
    was_full_.store(true);
    return has_no_room();
  }
  // Of the consumer: so much of the body may have come by now, in all. Less than before is allowed.
  void grant(int64_t total) {
    granted_.store(total);
    if (came_.load() >= total || !was_full_.exchange(false)) return;
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }
  // Of whoever repeats requests: one begins, and the consumer has so much of the body. Bytes of it
  // that were received before count no more.
  void begin(int64_t delivered) { came_.store(delivered); }
  // Bytes that were received are not of the body the consumer gets.
  void leave_out(int64_t bytes) { came_.fetch_sub(bytes); }

  // Of the transport: runs whenever the window was full and half of it is free again, or more is
  // granted, on the thread that did so. Empty: nothing runs any more when this returns.
  void on_room(UniqueFunction<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

 private:
  [[nodiscard]] bool has_no_room() const {
    return held_.load() >= most_ || came_.load() >= granted_.load();
  }
  void take(int64_t bytes) {
    held_.fetch_add(bytes);
    came_.fetch_add(bytes);
  }
  void release(int64_t bytes) {
    const int64_t before = held_.fetch_sub(bytes);
    const int64_t enough = most_ / 2;
    if (before <= enough || before - bytes > enough) return;
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }

  const int64_t most_;
  std::atomic<int64_t> held_{0};
  std::atomic<int64_t> granted_, came_{0};
  mutable std::atomic<bool> was_full_{false};
  std::mutex mutex_;
  UniqueFunction<void()> wake_;  // under mutex_
};

}  // namespace playhead
