// SPDX-License-Identifier: Apache-2.0
#include "annex_b.h"

#include <cstring>

namespace playhead {
namespace {

// The next 00 00 `third` at or after `from`. The third is looked for by memchr(), which takes 32 bytes at once.
std::size_t find_after_zeros(std::span<const uint8_t> bytes, std::size_t from, uint8_t third) {
  std::size_t at = from + 2;
  while (at < bytes.size()) {
    const void* found = std::memchr(&bytes[at], third, bytes.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const uint8_t*>(found) - bytes.data());
    if (bytes[at - 1] == 0 && bytes[at - 2] == 0) return at - 2;
    ++at;
  }
  return bytes.size();
}

}  // namespace

std::size_t find_start_code(std::span<const uint8_t> bytes, std::size_t from) {
  return find_after_zeros(bytes, from, 1);
}

std::size_t remove_emulation_prevention(std::span<uint8_t> nal) {
  std::size_t found = find_after_zeros(nal, 0, 3);
  if (found == nal.size()) return nal.size();
  std::size_t kept = found + 2;
  while (found < nal.size()) {
    const std::size_t begin = found + 3;  // zeros are counted anew behind the 03
    found = find_after_zeros(nal, begin, 3);
    const std::size_t end = found < nal.size() ? found + 2 : nal.size();
    std::memmove(&nal[0] + kept, &nal[0] + begin, end - begin);
    kept += end - begin;
  }
  return kept;
}

}  // namespace playhead
