// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "playhead/bytes.h"

namespace playhead {

// Buffers of bodies, used again. Bytes that are soon dropped, on another thread than the one that
// got them, make the heap give its pages back to the system and ask for them again: of a fast
// download a tenth of the processor time. Any thread.
class ChunkPool : public std::enable_shared_from_this<ChunkPool> {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
  // Kept for later. More: memory; fewer: what is dropped at once is not used again.
  static constexpr std::size_t kMostFree = 128;

  // Empty, with room for kChunkBytes.
  std::vector<uint8_t> take() {
    std::vector<uint8_t> buffer;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        buffer = std::move(free_.back());
        free_.pop_back();
      }
    }
    buffer.reserve(kChunkBytes);
    return buffer;
  }
  // Of a buffer that take() gave: it comes back with the last copy of this.
  SharedBytes share(std::vector<uint8_t> bytes) {
    struct Lent {
      std::shared_ptr<ChunkPool> pool;
      std::vector<uint8_t> bytes;
      Lent(std::shared_ptr<ChunkPool> p, std::vector<uint8_t> b)
          : pool(std::move(p)), bytes(std::move(b)) {}
      Lent(const Lent&) = delete;
      Lent& operator=(const Lent&) = delete;
      ~Lent() { pool->give_back(std::move(bytes)); }
    };
    const auto lent = std::make_shared<Lent>(shared_from_this(), std::move(bytes));
    return {std::shared_ptr<const std::vector<uint8_t>>(lent, &lent->bytes), lent->bytes};
  }
  // Nothing is fetched any more.
  void clear() {
    std::vector<std::vector<uint8_t>> dropped;  // after the lock
    const std::lock_guard lock(mutex_);
    dropped.swap(free_);
    is_idle_ = true;
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    is_idle_ = false;
  }

 private:
  void give_back(std::vector<uint8_t> buffer) {
    buffer.clear();
    const std::lock_guard lock(mutex_);
    if (!is_idle_ && free_.size() < kMostFree) free_.push_back(std::move(buffer));
  }

  std::mutex mutex_;
  // Under mutex_.
  std::vector<std::vector<uint8_t>> free_;
  bool is_idle_ = false;
};

}  // namespace playhead
