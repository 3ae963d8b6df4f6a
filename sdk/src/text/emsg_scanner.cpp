// SPDX-License-Identifier: Apache-2.0
#include "text/emsg_scanner.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "container/box_reader.h"

namespace playhead::text {

namespace {

constexpr std::size_t kHeaderBytes = 8, kLargeHeaderBytes = 16;
// A message with its two strings, each within limits::kMetadataBytes, and the numbers.
constexpr uint64_t kMostBytes = 3 * uint64_t{limits::kMetadataBytes} + 64;

}  // namespace

std::vector<EventMessageScanner::Found> EventMessageScanner::append(ByteView bytes) {
  std::vector<Found> found;
  while (!bytes.empty() && !is_over_) {
    if (skip_ > 0) {
      const auto count = static_cast<std::size_t>(std::min<uint64_t>(skip_, bytes.size()));
      bytes = bytes.subspan(count);
      skip_ -= count;
    } else if (payload_left_ == 0) {
      read_header(bytes);
    } else if (fill(bytes, payload_left_)) {
      payload_left_ = 0;
      Found next;
      next.box = std::exchange(held_, {});
      if (auto message = parse_emsg(next.box)) {
        next.message = *std::move(message);
        found.push_back(std::move(next));
        is_over_ = ++found_ >= limits::kEventMessages;
      }
    }
  }
  return found;
}

bool EventMessageScanner::fill(ByteView& bytes, std::size_t size) {
  const std::size_t count = std::min(size - held_.size(), bytes.size());
  held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
  bytes = bytes.subspan(count);
  return held_.size() == size;
}

// ISO/IEC 14496-12 §4.2.
void EventMessageScanner::read_header(ByteView& bytes) {
  if (held_.size() < kHeaderBytes && !fill(bytes, kHeaderBytes)) return;
  ByteReader reader(held_);
  uint64_t size = reader.read(4);
  const auto type = static_cast<uint32_t>(reader.read(4));
  if (size == 1) {
    if (!fill(bytes, kLargeHeaderBytes)) return;
    ByteReader large(ByteView(held_).subspan(kHeaderBytes));
    size = large.read(8);
  }
  const std::size_t header = std::exchange(held_, {}).size();
  // Size 0 is "to the end of the file": nothing comes after it.
  is_over_ = size < header;
  if (is_over_) return;
  const uint64_t payload = size - header;
  const bool is_wanted = type == fourcc("emsg") && payload > 0 && payload <= kMostBytes;
  if (is_wanted) {
    payload_left_ = static_cast<std::size_t>(payload);
  } else {
    skip_ = payload;
  }
}

}  // namespace playhead::text
