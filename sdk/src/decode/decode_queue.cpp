// SPDX-License-Identifier: Apache-2.0
#include "decode/decode_queue.h"

#include <algorithm>
#include <utility>

namespace playhead {

int DecodeQueue::room() const {
  const std::lock_guard lock(mutex_);
  return std::max(0, max_samples_ - samples_);
}

void DecodeQueue::push(DecodeItem item) {
  {
    const std::lock_guard lock(mutex_);
    item.generation = generation_;
    // Only the last of several speeds in a row matters, so a slider cannot grow the queue.
    if (item.kind == DecodeItem::Kind::kSetSpeed && !items_.empty() &&
        items_.back().kind == item.kind) {
      items_.back().speed = item.speed;
      return;
    }
    if (item.kind == DecodeItem::Kind::kSample) ++samples_;
    items_.push_back(std::move(item));
  }
  changed_.notify_one();
}

uint64_t DecodeQueue::flush() {
  std::deque<DecodeItem> dropped;  // freed after the lock
  const std::lock_guard lock(mutex_);
  dropped.swap(items_);
  samples_ = 0;
  ++generation_;
  // A speed holds beyond a flush.
  const auto speed = std::find_if(dropped.rbegin(), dropped.rend(), [](const DecodeItem& item) {
    return item.kind == DecodeItem::Kind::kSetSpeed;
  });
  if (speed != dropped.rend()) {
    items_.push_back(std::move(*speed));
    items_.back().generation = generation_;
  }
  changed_.notify_one();
  return generation_;
}

void DecodeQueue::close() {
  std::deque<DecodeItem> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(items_);
    samples_ = 0;
  }
  changed_.notify_one();
}

std::optional<DecodeItem> DecodeQueue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
  if (closed_) return {};
  DecodeItem item = std::move(items_.front());
  items_.pop_front();
  if (item.kind == DecodeItem::Kind::kSample) --samples_;
  return item;
}

bool DecodeQueue::has_items() const {
  const std::lock_guard lock(mutex_);
  return closed_ || !items_.empty();
}

bool DecodeQueue::acquire_output(uint64_t generation, int most) {
  std::unique_lock lock(mutex_);
  const auto is_over = [&] { return closed_ || generation != generation_; };
  changed_.wait(lock, [&] { return is_over() || outputs_ < std::min(most, max_outputs_); });
  if (is_over()) return false;
  ++outputs_;
  return true;
}

bool DecodeQueue::claim_room_notice() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(room_notice_pending_, true);
}

void DecodeQueue::release_output() {
  {
    const std::lock_guard lock(mutex_);
    --outputs_;
  }
  changed_.notify_one();
}

void DecodeQueue::room_notice_delivered() {
  const std::lock_guard lock(mutex_);
  room_notice_pending_ = false;
}

}  // namespace playhead
