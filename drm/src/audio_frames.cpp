// SPDX-License-Identifier: Apache-2.0
#include "audio_frames.h"

#include <cstdint>

namespace playhead {
namespace {

// kbit/s of AC-3's frame size codes, two codes each: ETSI TS 102 366 table 4.13.
constexpr uint16_t kAc3Rates[] = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                  192, 224, 256, 320, 384, 448, 512, 576, 640};
constexpr std::size_t kRateCount = sizeof(kAc3Rates) / sizeof(kAc3Rates[0]);

// Frames of 1536 samples. Only those at 44.1 kHz are no whole number of words of 16 bits: the odd
// code of a pair is one word longer.
std::optional<std::size_t> ac3_bytes(uint8_t sizes) {
  const std::size_t code = sizes & 0x3F;
  if (code / 2 >= kRateCount) return std::nullopt;
  const std::size_t rate = kAc3Rates[code / 2];
  switch (sizes >> 6) {
    case 0:
      return rate * 4;  // 48 kHz
    case 1:
      return 2 * (rate * 1000 * 1536 / 44'100 / 16 + (code & 1));
    case 2:
      return rate * 6;  // 32 kHz
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<AudioFrameSize> adts_frame(ByteView bytes) {
  constexpr std::size_t kHeader = 7;
  if (bytes.size() < kHeader || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0) return std::nullopt;
  const bool has_crc = (bytes[1] & 1) == 0;
  AudioFrameSize frame;
  frame.header = has_crc ? kHeader + 2 : kHeader;
  frame.total = std::size_t{bytes[3] & 3u} << 11 | std::size_t{bytes[4]} << 3 | bytes[5] >> 5;
  if (frame.total < frame.header) return std::nullopt;
  return frame;
}

std::optional<AudioFrameSize> ac3_frame(ByteView bytes) {
  constexpr std::size_t kHeader = 6;  // up to and with bsid
  if (bytes.size() < kHeader || bytes[0] != 0x0B || bytes[1] != 0x77) return std::nullopt;
  const int bsid = bytes[5] >> 3;
  if (bsid > 16) return std::nullopt;
  if (bsid > 10) {  // E-AC-3
    const std::size_t words = (std::size_t{bytes[2] & 7u} << 8 | bytes[3]) + 1;
    if (words * 2 < kHeader) return std::nullopt;
    return AudioFrameSize{0, words * 2};
  }
  const auto total = ac3_bytes(bytes[4]);
  if (!total) return std::nullopt;
  return AudioFrameSize{0, *total};
}

}  // namespace playhead
