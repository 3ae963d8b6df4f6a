// SPDX-License-Identifier: Apache-2.0
#include "recorder/media_outline.h"

#include <algorithm>

#include "recorder/fields.h"

namespace playhead::recorder {

namespace {

constexpr std::size_t kHeader = 8, kLargeHeader = 16;
// No more is kept of a segment (chosen: messages are rare and small).
constexpr std::size_t kMaxPieces = 512;
constexpr uint64_t kMaxMessage = 256 * 1024;

uint64_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
  uint64_t value = 0;
  for (std::size_t i = at; i < at + size; ++i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

}  // namespace

void MediaOutline::append(ByteView bytes) {
  while (!bytes.empty() && !is_over_) {
    if (skip_ > 0 || message_left_ > 0) {
      uint64_t& left = skip_ > 0 ? skip_ : message_left_;
      const auto count = static_cast<std::size_t>(std::min<uint64_t>(left, bytes.size()));
      if (message_left_ > 0) pieces_.back().bytes += as_text(bytes.subspan(0, count));
      left -= count;
      offset_ += static_cast<int64_t>(count);
      bytes = bytes.subspan(count);
      continue;
    }
    held_ += static_cast<char>(bytes.front());
    ++offset_;
    bytes = bytes.subspan(1);
    read_header();
  }
}

void MediaOutline::read_header() {
  if (held_.size() < kHeader) return;
  uint64_t size = number_at(held_, 0, 4);
  if (size == 1 && held_.size() < kLargeHeader) return;
  if (size == 1) size = number_at(held_, kHeader, 8);
  const bool is_message = held_.compare(4, 4, "emsg") == 0;
  is_over_ =
      size < held_.size() || pieces_.size() >= kMaxPieces || (is_message && size > kMaxMessage);
  if (is_over_) return;
  const uint64_t rest = size - held_.size();
  pieces_.push_back({offset_ - static_cast<int64_t>(held_.size()), held_, is_message});
  (is_message ? message_left_ : skip_) = rest;
  has_message_ = has_message_ || is_message;
  held_.clear();
}

std::string MediaOutline::text(Redactor& redactor) const {
  std::string out;
  if (!has_message_) return out;
  for (const Piece& piece : pieces_) {
    out += std::to_string(piece.offset) + ':';
    out += to_hex(piece.is_message ? redactor.event_message(piece.bytes) : piece.bytes) + ';';
  }
  return out;
}

}  // namespace playhead::recorder
