// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/bytes.h"
#include "playhead/result.h"

namespace playhead {

// Big-endian fields of a buffer, checked: reading past the end gives 0 and marks the reader as
// failed, so a parser reads all its fields and asks once.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  // The next `width` bytes as an unsigned number, width 1..8.
  uint64_t read(int width);
  void skip(std::size_t count);
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  [[nodiscard]] bool has_failed() const { return failed_; }

 private:
  ByteView rest_;
  bool failed_ = false;
};

// What is wrong with a box or its place, in words for a person.
[[nodiscard]] inline Error broken(const char* what) {
  return make_error(ErrorCode::kContainerSyntax, what);
}

// Four-character code as a number: fourcc("sidx").
[[nodiscard]] constexpr uint32_t fourcc(const char (&name)[5]) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(name[i]);
  return value;
}

// One box of an ISO base media file (ISO/IEC 14496-12 §4.2).
struct Box {
  uint32_t type = 0;
  int64_t offset = 0;           // of its first byte within the buffer walked
  int64_t size = 0;             // whole box, header included
  std::size_t header_size = 0;  // 8, 16, and 16 more for uuid boxes
  ByteView payload;             // after the header
};

// Walks the boxes of one level, in order. Views into the buffer; nothing is copied.
class BoxReader {
 public:
  explicit BoxReader(ByteView bytes) : bytes_(bytes) {}

  // The next box; nothing at the end. kContainerSyntax when a header is cut off, or a size is
  // smaller than its header or larger than what is left (size 0, "to the end", is allowed).
  Result<std::optional<Box>> next();

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

}  // namespace playhead
