// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace demo {

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // rows without gaps
};

// Decodes a JPEG or PNG; nothing when it is neither, damaged, or larger than 64 million pixels.
[[nodiscard]] std::optional<Picture> decode_image(const void* bytes, std::size_t size);

}  // namespace demo
