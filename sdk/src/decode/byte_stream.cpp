// SPDX-License-Identifier: Apache-2.0
#include "decode/byte_stream.h"

#include <algorithm>
#include <utility>

namespace playhead {

void ByteStream::append(SharedBytes bytes) {
  if (bytes.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (finished_ || aborted_) return;
    if (bytes.size() > kMaxUnreadBytes - unread_) {
      truncated_ = true;
      finished_ = true;
    } else {
      unread_ += bytes.size();
      pieces_.push_back(std::move(bytes));
    }
  }
  arrived_.notify_one();
}

void ByteStream::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  arrived_.notify_one();
}

void ByteStream::abort() {
  std::deque<SharedBytes> dropped;  // freed after the lock
  {
    const std::lock_guard lock(mutex_);
    aborted_ = true;
    unread_ = 0;
    dropped.swap(pieces_);
  }
  arrived_.notify_one();
}

std::size_t ByteStream::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return unread_ >= count || finished_ || aborted_; });
  return unread_;
}

std::size_t ByteStream::unread() const {
  const std::lock_guard lock(mutex_);
  return unread_;
}

bool ByteStream::ended() const {
  const std::lock_guard lock(mutex_);
  return finished_ || aborted_;
}

bool ByteStream::aborted() const {
  const std::lock_guard lock(mutex_);
  return aborted_;
}

bool ByteStream::truncated() const {
  const std::lock_guard lock(mutex_);
  return truncated_;
}

std::size_t ByteStream::peek(std::span<uint8_t> out) const { return peek_at(0, out); }

std::size_t ByteStream::peek_at(std::size_t offset, std::span<uint8_t> out) const {
  const std::lock_guard lock(mutex_);
  return copy(offset, out);
}

std::size_t ByteStream::read(std::span<uint8_t> out) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = copy(0, out);
  unread_ -= count;
  first_offset_ += count;
  while (!pieces_.empty() && first_offset_ >= pieces_.front().size()) {
    first_offset_ -= pieces_.front().size();
    pieces_.pop_front();
  }
  return count;
}

std::size_t ByteStream::copy(std::size_t skip, std::span<uint8_t> out) const {
  std::size_t done = 0;
  std::size_t offset = first_offset_ + skip;
  for (const SharedBytes& piece : pieces_) {
    if (done == out.size()) break;
    if (offset >= piece.size()) {
      offset -= piece.size();
      continue;
    }
    const ByteView rest = piece.view().subspan(offset);
    const std::size_t count = std::min(rest.size(), out.size() - done);
    std::copy_n(rest.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
    offset = 0;
  }
  return done;
}

}  // namespace playhead
