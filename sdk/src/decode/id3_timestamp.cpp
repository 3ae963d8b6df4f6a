// SPDX-License-Identifier: Apache-2.0
#include "decode/id3_timestamp.h"

#include <algorithm>
#include <string_view>

namespace playhead {

namespace {

constexpr char kOwnerText[] = "com.apple.streaming.transportStreamTimestamp";
constexpr std::string_view kOwner{kOwnerText, sizeof(kOwnerText)};  // with its terminator
constexpr std::size_t kFrameHeaderBytes = 10;
constexpr uint8_t kHasFooter = 0x10;
constexpr uint8_t kHasExtendedHeader = 0x40;

// ID3v2.4 §6.2: four bytes of seven bits.
std::size_t sync_safe(ByteView b) {
  return std::size_t{b[0] & 0x7fU} << 21 | std::size_t{b[1] & 0x7fU} << 14 |
         std::size_t{b[2] & 0x7fU} << 7 | (b[3] & 0x7fU);
}

std::size_t big_endian(ByteView b) {
  return std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | b[3];
}

std::optional<int64_t> private_timestamp(ByteView frame) {
  if (frame.size() < kOwner.size() + 8 || as_text(frame.first(kOwner.size())) != kOwner) return {};
  uint64_t ticks = 0;
  for (const uint8_t byte : frame.subspan(kOwner.size(), 8)) ticks = ticks << 8 | byte;
  return static_cast<int64_t>(ticks & 0x1'ffff'ffff);
}

}  // namespace

std::size_t id3_tag_bytes(ByteView head) {
  if (head.size() < kId3HeaderBytes || as_text(head.first(3)) != "ID3") return 0;
  const bool has_footer = (head[5] & kHasFooter) != 0;
  return kId3HeaderBytes + sync_safe(head.subspan(6)) + (has_footer ? kId3HeaderBytes : 0);
}

std::optional<int64_t> id3_transport_timestamp(ByteView tag) {
  const std::size_t tag_bytes = std::min(id3_tag_bytes(tag), tag.size());
  if (tag_bytes == 0) return {};
  const bool is_v4 = tag[3] >= 4;
  const auto frame_size = [&](ByteView b) { return is_v4 ? sync_safe(b) : big_endian(b); };

  std::size_t at = kId3HeaderBytes;
  if ((tag[5] & kHasExtendedHeader) != 0 && at + 4 <= tag_bytes) {
    // v2.4 counts the size field itself, v2.3 does not.
    at += frame_size(tag.subspan(at)) + (is_v4 ? 0 : 4);
  }
  while (at + kFrameHeaderBytes <= tag_bytes && tag[at] != 0) {
    const ByteView header = tag.subspan(at, kFrameHeaderBytes);
    const std::size_t size = frame_size(header.subspan(4));
    at += kFrameHeaderBytes;
    if (size > tag_bytes - at) return {};
    if (as_text(header.first(4)) == "PRIV") {
      if (const auto ticks = private_timestamp(tag.subspan(at, size))) return ticks;
    }
    at += size;
  }
  return {};
}

}  // namespace playhead
