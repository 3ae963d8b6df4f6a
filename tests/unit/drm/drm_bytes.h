// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base64.h"
#include "playhead/bytes.h"
#include "playhead/protection.h"

// Bytes that tests of this folder are written with; constants too, so nothing here asserts.
namespace playhead::test {

inline std::vector<uint8_t> hex(std::string_view digits) {
  return drm::from_hex(digits).value_or(std::vector<uint8_t>());
}

inline KeyId kid(std::string_view digits) {
  const std::vector<uint8_t> bytes = hex(digits);
  KeyId id{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
  return id;
}

inline std::vector<uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// As a PlayReady Object has it.
inline std::vector<uint8_t> utf16(std::string_view text) {
  std::vector<uint8_t> bytes;
  for (const char c : text) {
    bytes.push_back(static_cast<uint8_t>(c));
    bytes.push_back(0);
  }
  return bytes;
}

// A PlayReady Object with that header in its only record.
inline std::vector<uint8_t> playready_object(std::string_view header) {
  const std::vector<uint8_t> text = utf16(header);
  std::vector<uint8_t> object;
  const auto add = [&](std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) object.push_back(static_cast<uint8_t>(value >> (8 * i)));
  };
  add(text.size() + 10, 4);
  add(1, 2);
  add(1, 2);
  add(text.size(), 2);
  object.insert(object.end(), text.begin(), text.end());
  return object;
}

// Calls `read` with every beginning of `bytes` and with changes of single bytes: it must answer.
// What it reads stands in an allocation of its own size, so that reading behind it is seen.
template <typename Read>
void damage(const std::vector<uint8_t>& bytes, Read read) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<uint8_t> cut(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(size));
    read(ByteView(cut));
  }
  uint64_t state = 88172645463325252ULL;  // xorshift
  const auto next = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  for (int round = 0; round < 500 && !bytes.empty(); ++round) {
    std::vector<uint8_t> changed = bytes;
    for (int i = 0; i <= round % 4; ++i) {
      changed[next() % changed.size()] = static_cast<uint8_t>(next());
    }
    read(ByteView(changed));
  }
}

}  // namespace playhead::test
