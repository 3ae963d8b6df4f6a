// SPDX-License-Identifier: Apache-2.0
#include "decode/opus_check.h"

#include <cstddef>
#include <cstdint>

namespace playhead {

namespace {

constexpr std::size_t kLongestFrame = 1275;  // bytes, R2
constexpr Duration kLongestPacket = 120ms;   // R5
// Containers round (WebM: to 1 ms).
constexpr Duration kTolerance = 1ms;

// §3.1, table 2: by the five bits of the configuration.
Duration frame_duration(int configuration) {
  constexpr Duration kSilk[] = {10ms, 20ms, 40ms, 60ms};
  constexpr Duration kCelt[] = {2500us, 5ms, 10ms, 20ms};
  if (configuration < 12) return kSilk[configuration % 4];
  if (configuration < 16) return configuration % 2 == 0 ? 10ms : 20ms;
  return kCelt[configuration % 4];
}

// §3.2.1: one or two bytes; takes them off.
std::optional<std::size_t> take_length(ByteView& bytes) {
  if (bytes.empty()) return std::nullopt;
  const std::size_t first = bytes[0];
  const std::size_t used = first < 252 ? 1 : 2;
  if (bytes.size() < used) return std::nullopt;
  const std::size_t length = used == 1 ? first : first + 4 * std::size_t{bytes[1]};
  bytes = bytes.subspan(used);
  return length;
}

// §3.2.5: the bytes of padding, whose lengths are taken off.
std::optional<std::size_t> take_padding(ByteView& bytes) {
  std::size_t padding = 0;
  while (!bytes.empty()) {
    const uint8_t byte = bytes[0];
    bytes = bytes.subspan(1);
    if (byte < 255) return padding + byte;
    padding += 254;
  }
  return std::nullopt;
}

// Code 3: any number of frames. Answers how many.
std::optional<int> count_frames(ByteView bytes, Duration frame) {
  if (bytes.empty()) return std::nullopt;
  const uint8_t head = bytes[0];
  const int count = head & 0x3F;
  if (count == 0 || frame * count > kLongestPacket) return std::nullopt;
  bytes = bytes.subspan(1);
  if ((head & 0x40) != 0) {
    const auto padding = take_padding(bytes);
    if (!padding || *padding > bytes.size()) return std::nullopt;
    bytes = bytes.first(bytes.size() - *padding);
  }
  if ((head & 0x80) == 0) {  // R6
    const auto frames = static_cast<std::size_t>(count);
    const bool fits = bytes.size() % frames == 0 && bytes.size() / frames <= kLongestFrame;
    return fits ? std::optional(count) : std::nullopt;
  }
  std::size_t sum = 0;  // R7
  for (int n = 0; n < count - 1; ++n) {
    const auto length = take_length(bytes);
    if (!length || *length > kLongestFrame) return std::nullopt;
    sum += *length;
  }
  const bool fits = sum <= bytes.size() && bytes.size() - sum <= kLongestFrame;
  return fits ? std::optional(count) : std::nullopt;
}

}  // namespace

std::optional<Duration> opus_duration(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  const Duration frame = frame_duration(packet[0] >> 3);
  ByteView bytes = packet.subspan(1);
  switch (packet[0] & 3) {
    case 0:
      if (bytes.size() > kLongestFrame) return std::nullopt;
      return frame;
    case 1:  // R3
      if (bytes.size() % 2 != 0 || bytes.size() / 2 > kLongestFrame) return std::nullopt;
      return 2 * frame;
    case 2: {  // R4
      const auto length = take_length(bytes);
      const bool fits = length && *length <= kLongestFrame && *length <= bytes.size() &&
                        bytes.size() - *length <= kLongestFrame;
      return fits ? std::optional(2 * frame) : std::nullopt;
    }
    default: {
      const auto count = count_frames(bytes, frame);
      return count ? std::optional(frame * *count) : std::nullopt;
    }
  }
}

bool OpusCheck::accepts(ByteView packet, Duration said) {
  const auto duration = opus_duration(packet);
  if (!duration) return false;
  const auto last = last_;
  last_ = duration;
  if (!last && said <= Duration{0}) return true;
  const Duration off = *duration - said;
  return (off <= kTolerance && -off <= kTolerance) || last == duration;
}

}  // namespace playhead
