// SPDX-License-Identifier: Apache-2.0
#include "streaming/image_size.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace playhead {

namespace {

uint32_t number(ByteView bytes, std::size_t at, std::size_t size) {
  uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

std::optional<ImageSize> checked(uint32_t width, uint32_t height) {
  constexpr uint32_t kMost = 65'535;
  if (width == 0 || height == 0 || width > kMost || height > kMost) return std::nullopt;
  return ImageSize{static_cast<int>(width), static_cast<int>(height)};
}

std::optional<ImageSize> png_size(ByteView image) {
  constexpr std::size_t kWidthAt = 16;  // behind signature, length and "IHDR"
  if (image.size() < kWidthAt + 8) return std::nullopt;
  return checked(number(image, kWidthAt, 4), number(image, kWidthAt + 4, 4));
}

// A start of frame, SOF0..SOF15; three codes among them mean something else.
bool is_frame_header(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<ImageSize> jpeg_size(ByteView image) {
  std::size_t at = 2;
  while (at + 4 <= image.size() && image[at] == 0xFF) {
    const uint8_t marker = image[at + 1];
    if (marker == 0xFF) {  // fill bytes may come before a marker
      ++at;
      continue;
    }
    if (is_frame_header(marker)) {
      if (at + 9 > image.size()) return std::nullopt;
      return checked(number(image, at + 7, 2), number(image, at + 5, 2));
    }
    at += 2 + number(image, at + 2, 2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageSize> image_size(ByteView image) {
  constexpr std::array<uint8_t, 8> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (image.size() >= kPng.size() && std::equal(kPng.begin(), kPng.end(), image.begin())) {
    return png_size(image);
  }
  const bool is_jpeg = image.size() >= 2 && image[0] == 0xFF && image[1] == 0xD8;
  return is_jpeg ? jpeg_size(image) : std::nullopt;
}

}  // namespace playhead
