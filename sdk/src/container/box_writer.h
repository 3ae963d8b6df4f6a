// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "playhead/bytes.h"

// Big-endian fields and boxes (ISO/IEC 14496-12 §4.2), written one behind the other.
namespace playhead {

// `width` bytes; those above the 8 of a number are zero.
inline void put(std::vector<uint8_t>& out, uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out.push_back(shift < 64 ? static_cast<uint8_t>(value >> shift) : 0);
  }
}

inline void put(std::vector<uint8_t>& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// A box whose size is known once all of it is written.
class BoxWriter {
 public:
  BoxWriter(std::vector<uint8_t>& out, uint32_t type) : out_(out), at_(out.size()) {
    put(out, 0, 4);
    put(out, type, 4);
  }
  BoxWriter(const BoxWriter&) = delete;
  BoxWriter& operator=(const BoxWriter&) = delete;
  ~BoxWriter() {
    const std::size_t size = out_.size() - at_;
    for (int i = 0; i < 4; ++i) {
      out_[at_ + static_cast<std::size_t>(i)] = static_cast<uint8_t>(size >> (24 - 8 * i));
    }
  }

 private:
  std::vector<uint8_t>& out_;
  const std::size_t at_;
};

// What a full box begins with.
inline void put_full(std::vector<uint8_t>& out, uint8_t version, uint32_t flags) {
  put(out, version, 1);
  put(out, flags, 3);
}

}  // namespace playhead
