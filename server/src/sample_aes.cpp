// SPDX-License-Identifier: Apache-2.0
#include "sample_aes.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "media_cipher.h"

namespace playhead::server {
namespace {

constexpr std::string_view kStartCode("\0\0\1", 3);

// H.264: slices longer than that are encrypted, behind so many clear bytes one block of ten.
constexpr std::size_t kLargestClearNal = 48;
constexpr std::size_t kClearNalBytes = 32;
constexpr std::size_t kSkippedBlocks = 9;
// AAC: so much of a frame stays clear behind its header.
constexpr std::size_t kClearFrameBytes = 16;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

bool is_encrypted(std::string_view nal) {
  if (nal.size() <= kLargestClearNal) return false;
  const unsigned type = byte_at(nal, 0) & 0x1F;
  return type == 1 || type == 5;
}

// ISO/IEC 14496-10 §7.4.1: what looks like a start code is broken up.
std::string escape(std::string_view nal) {
  std::string out;
  out.reserve(nal.size() + nal.size() / 64);
  int zeros = 0;
  for (const char byte : nal) {
    if (zeros == 2 && static_cast<unsigned char>(byte) <= 3) {
      out += '\3';
      zeros = 0;
    }
    out += byte;
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return out;
}

struct AdtsFrame {
  std::size_t header = 0, total = 0;
};

// ISO/IEC 14496-3 §1.A.3.2.
std::optional<AdtsFrame> adts_frame(std::string_view bytes) {
  if (bytes.size() < 7 || byte_at(bytes, 0) != 0xFF || (byte_at(bytes, 1) & 0xF6) != 0xF0) {
    return std::nullopt;
  }
  AdtsFrame frame;
  frame.header = (byte_at(bytes, 1) & 1) != 0 ? 7 : 9;
  frame.total = (byte_at(bytes, 3) & 3) << 11 | byte_at(bytes, 4) << 3 | byte_at(bytes, 5) >> 5;
  if (frame.total < frame.header || frame.total > bytes.size()) return std::nullopt;
  return frame;
}

}  // namespace

Result<std::string> encrypt_avc_unit(std::string_view unit, const std::string& key,
                                     const std::string& iv) {
  std::size_t code = unit.find(kStartCode);
  if (code == std::string_view::npos) {
    return Error{422, "bad_media", "An access unit has no NAL unit."};
  }
  std::string out(unit.substr(0, code));
  while (code < unit.size()) {
    const std::size_t begin = code + kStartCode.size();
    const std::size_t next = std::min(unit.find(kStartCode, begin), unit.size());
    std::size_t end = next;
    while (end > begin && unit[end - 1] == 0) --end;  // zeros behind a unit are not its own
    std::string nal(unit.substr(begin, end - begin));
    if (is_encrypted(nal)) {
      // The last byte is never encrypted: a last block with nothing behind it stays clear.
      const ByteSpan span{kClearNalBytes, nal.size() - kClearNalBytes - 1};
      const Status done = encrypt_cbcs(nal, {&span, 1}, key, iv, 1, kSkippedBlocks);
      if (!done.ok()) return done.error();
      nal = escape(nal);
    }
    out += kStartCode;
    out += nal;
    out += unit.substr(end, next - end);
    code = next;
  }
  return out;
}

Result<std::string> encrypt_adts(std::string frames, const std::string& key,
                                 const std::string& iv) {
  std::vector<ByteSpan> spans;
  std::size_t at = 0;
  while (at < frames.size()) {
    const auto frame = adts_frame(std::string_view(frames).substr(at));
    if (!frame) return Error{422, "bad_media", "There is no whole ADTS frame where one should be."};
    const std::size_t clear = frame->header + kClearFrameBytes;
    if (frame->total > clear) spans.push_back({at + clear, frame->total - clear});
    at += frame->total;
  }
  if (Status done = encrypt_cbcs(frames, spans, key, iv, 1, 0); !done.ok()) return done.error();
  return frames;
}

std::string adts_config(std::string_view frames) {
  if (!adts_frame(frames)) return {};
  const unsigned type = (byte_at(frames, 2) >> 6) + 1;
  const unsigned rate = byte_at(frames, 2) >> 2 & 0xF;
  const unsigned channels = (byte_at(frames, 2) & 1) << 2 | byte_at(frames, 3) >> 6;
  const unsigned bits = type << 11 | rate << 7 | channels << 3;
  return {static_cast<char>(bits >> 8), static_cast<char>(bits & 0xFF)};
}

}  // namespace playhead::server
