// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "aes.h"
#include "playhead/bytes.h"

namespace playhead::drm {

// The 16 bytes that open media; overwritten when they are not needed any more. Not printable, not
// comparable with ==: nothing should do either.
class ContentKey {
 public:
  static constexpr std::size_t kBytes = 16;

  ContentKey() = default;
  // `bytes` are kBytes.
  explicit ContentKey(ByteView bytes) { std::copy_n(bytes.begin(), kBytes, bytes_.begin()); }
  ContentKey(const ContentKey&) = default;
  ContentKey& operator=(const ContentKey&) = default;
  ~ContentKey() { wipe(bytes_); }

  [[nodiscard]] ByteView view() const { return bytes_; }

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

}  // namespace playhead::drm
