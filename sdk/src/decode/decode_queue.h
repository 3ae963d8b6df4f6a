// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>

#include "playhead/media.h"

namespace playhead {

// One order to a decoder's worker.
struct DecodeItem {
  enum class Kind : uint8_t { kSample, kDrain, kSetSpeed };
  Kind kind = Kind::kSample;
  uint64_t generation = 0;  // set by the queue: grows with every flush
  // kSample.
  EncodedSample sample;
  MediaTime time;
  bool show = true;
  // kSetSpeed.
  double speed = 1;
};

// Between a decoder's owner (executor thread, never waits) and its worker, with a limit on both
// sides: samples waiting to be decoded, and outputs (pictures) that are still alive anywhere.
class DecodeQueue {
 public:
  // max_outputs 0: outputs are not counted.
  DecodeQueue(int max_samples, int max_outputs)
      : max_samples_(max_samples), max_outputs_(max_outputs) {}

  // Owner.
  [[nodiscard]] int room() const;
  void push(DecodeItem item);
  // Drops what waits; the answer is the generation of what is pushed from now on.
  uint64_t flush();
  // The worker gets nothing more and is no longer held back.
  void close();

  // Worker. Waits for the next item; empty after close().
  std::optional<DecodeItem> pop();
  // Whether pop() would return at once.
  [[nodiscard]] bool has_items() const;
  // Waits until fewer than `most` (and max_outputs) are alive and counts one more; false (nothing
  // counted) when `generation` was flushed or the queue closed meanwhile.
  bool acquire_output(uint64_t generation, int most = std::numeric_limits<int>::max());
  // True if no notice of room is on its way yet; it is then, until room_notice_delivered().
  bool claim_room_notice();

  // Any thread.
  void release_output();
  void room_notice_delivered();

 private:
  const int max_samples_;
  const int max_outputs_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // for the worker
  // Under mutex_.
  std::deque<DecodeItem> items_;
  int samples_ = 0;  // of items_
  int outputs_ = 0;
  uint64_t generation_ = 0;
  bool closed_ = false;
  bool room_notice_pending_ = false;
};

}  // namespace playhead
