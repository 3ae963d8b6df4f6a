// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>

#include "playhead/bytes.h"

namespace playhead {

// Bytes of one segment on their way from the executor's thread (append, finish, abort: never block)
// to one worker that waits for them. Pieces are shared, not copied, until they are read.
class ByteStream {
 public:
  // Unread bytes one segment may pile up; far above any real segment (8 s at 200 Mbit/s), so that
  // only a runaway source meets it. What is appended beyond it is dropped: truncated().
  static constexpr std::size_t kMaxUnreadBytes = std::size_t{256} << 20;

  // Writing side.
  void append(SharedBytes bytes);
  // No more bytes will come.
  void finish();
  // Wakes the reader; from here on it gets nothing.
  void abort();

  // Reading side: one thread.
  // Waits until `count` bytes are unread, the end is known or abort() was called. The answer is
  // how many are unread (it may be more or fewer than `count`); 0 after abort().
  std::size_t wait_for(std::size_t count);
  // Unread bytes now; 0 after abort().
  [[nodiscard]] std::size_t unread() const;
  // Nothing more will come: unread() is all that is left.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] bool aborted() const;
  [[nodiscard]] bool truncated() const;
  // Copies at most out.size() of what is unread; the answer is how many. Does not wait.
  std::size_t peek(std::span<uint8_t> out) const;
  // The same of what lies `offset` bytes behind the first unread one.
  std::size_t peek_at(std::size_t offset, std::span<uint8_t> out) const;
  std::size_t read(std::span<uint8_t> out);

 private:
  std::size_t copy(std::size_t skip, std::span<uint8_t> out) const;  // mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  // Under mutex_.
  std::deque<SharedBytes> pieces_;
  std::size_t first_offset_ = 0;  // into pieces_.front()
  std::size_t unread_ = 0;
  bool finished_ = false;
  bool aborted_ = false;
  bool truncated_ = false;
};

}  // namespace playhead
