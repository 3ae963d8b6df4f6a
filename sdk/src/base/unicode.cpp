// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"

#include <algorithm>

namespace playhead {
namespace {

struct Lead {
  std::size_t length = 1;  // of the sequence; 1 and not ASCII: ill-formed
  uint8_t second_low = 0x80, second_high = 0xbf;
};

// Unicode 15 table 3-7: well-formed UTF-8 byte sequences.
Lead lead_of(uint8_t byte) {
  if (byte < 0xc2 || byte > 0xf4) return {};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {4};
}

// Bytes of the well-formed sequence at `at`, or 0; `ill` is then how many bytes stand for one
// U+FFFD.
std::size_t sequence_at(std::string_view bytes, std::size_t at, std::size_t& ill) {
  ill = 1;
  const auto byte = static_cast<uint8_t>(bytes[at]);
  if (byte < 0x80) return byte == 0 ? 0 : 1;
  const Lead lead = lead_of(byte);
  if (lead.length == 1) return 0;
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (at + i >= bytes.size()) return 0;
    const auto next = static_cast<uint8_t>(bytes[at + i]);
    const uint8_t low = i == 1 ? lead.second_low : 0x80;
    const uint8_t high = i == 1 ? lead.second_high : 0xbf;
    if (next < low || next > high) return 0;
    ill = i + 1;
  }
  return lead.length;
}

}  // namespace

void append_utf8(std::string& out, uint32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c == 0) c = kReplacementCharacter;
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

std::string clean_utf8(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t ill = 1;
    const std::size_t length = sequence_at(bytes, at, ill);
    if (length == 0) {
      append_utf8(out, kReplacementCharacter);
      at += ill;
    } else {
      out.append(bytes, at, length);
      at += length;
    }
  }
  return out;
}

std::string utf16_to_utf8(ByteView bytes, bool is_big_endian) {
  std::string out;
  const auto unit_at = [&](std::size_t at) {
    const uint32_t first = bytes[at], second = bytes[at + 1];
    return is_big_endian ? first << 8 | second : second << 8 | first;
  };
  std::size_t at = 0;
  while (at + 1 < bytes.size()) {
    uint32_t unit = unit_at(at);
    at += 2;
    if (unit >= 0xd800 && unit < 0xdc00 && at + 1 < bytes.size()) {
      const uint32_t low = unit_at(at);
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        at += 2;
      }
    }
    append_utf8(out, unit);
  }
  if (at < bytes.size()) append_utf8(out, kReplacementCharacter);
  return out;
}

std::string latin1_to_utf8(ByteView bytes) {
  std::string out;
  for (const uint8_t byte : bytes) append_utf8(out, byte);
  return out;
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte == '\t') {
      out += ' ';
    } else if (byte == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0) {
      ++i;  // C1: U+0080..U+009F
    } else if ((byte >= 0x20 && byte != 0x7f) || byte == '\n') {
      out += text[i];
    }
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace playhead
