// SPDX-License-Identifier: Apache-2.0
#include "container/box_reader.h"

#include <string>

namespace playhead {

uint64_t ByteReader::read(int width) {
  if (rest_.size() < static_cast<std::size_t>(width)) {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) value = value << 8 | rest_[static_cast<std::size_t>(i)];
  rest_ = rest_.subspan(static_cast<std::size_t>(width));
  return value;
}

void ByteReader::skip(std::size_t count) {
  if (rest_.size() < count) {
    failed_ = true;
    rest_ = {};
    return;
  }
  rest_ = rest_.subspan(count);
}

Result<std::optional<Box>> BoxReader::next() {
  if (at_ >= bytes_.size()) return std::optional<Box>();
  const auto broken = [this](const char* what) {
    return make_error(ErrorCode::kContainerSyntax,
                      std::string(what) + " at byte " + std::to_string(at_));
  };
  const ByteView left = bytes_.subspan(at_);
  ByteReader reader(left);
  uint64_t size = reader.read(4);
  const auto type = static_cast<uint32_t>(reader.read(4));
  if (size == 1) size = reader.read(8);
  if (type == fourcc("uuid")) reader.skip(16);
  if (reader.has_failed()) return broken("box header cut off");
  const std::size_t header_size = left.size() - reader.remaining();
  if (size == 0) size = left.size();
  if (size < header_size) return broken("box smaller than its header");
  if (size > left.size()) return broken("box larger than the data");

  Box box;
  box.type = type;
  box.offset = static_cast<int64_t>(at_);
  box.size = static_cast<int64_t>(size);
  box.header_size = header_size;
  box.payload = left.subspan(header_size, static_cast<std::size_t>(size) - header_size);
  at_ += static_cast<std::size_t>(size);
  return std::optional<Box>(box);
}

}  // namespace playhead
