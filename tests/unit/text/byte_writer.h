// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace playhead::test {

// Bytes put together by hand: big-endian numbers, texts, boxes.
class ByteWriter {
 public:
  ByteWriter& number(int width, uint64_t value) {
    for (int i = width - 1; i >= 0; --i) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return *this;
  }
  ByteWriter& text(std::string_view value) {
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& string(std::string_view value) { return text(value).number(1, 0); }
  ByteWriter& append(const std::vector<uint8_t>& value) {
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& box(std::string_view type, const std::vector<uint8_t>& payload) {
    return number(4, payload.size() + 8).text(type).append(payload);
  }
  ByteWriter& box(std::string_view type, std::string_view payload) {
    return number(4, payload.size() + 8).text(type).text(payload);
  }

  std::vector<uint8_t> bytes;
};

}  // namespace playhead::test
