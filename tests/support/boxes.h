// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

// Boxes of ISO base media files, written by hand.
namespace playhead::test {

using Bytes = std::vector<uint8_t>;

// Big-endian, `width` bytes.
inline Bytes number(uint64_t value, int width) {
  Bytes out;
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(value >> shift));
  }
  return out;
}
inline Bytes u8(uint64_t value) { return number(value, 1); }
inline Bytes u16(uint64_t value) { return number(value, 2); }
inline Bytes u32(uint64_t value) { return number(value, 4); }
inline Bytes u64(uint64_t value) { return number(value, 8); }
inline Bytes text(const std::string& s) { return {s.begin(), s.end()}; }
inline Bytes zeros(std::size_t count) { return Bytes(count); }
// `count` bytes of the same value.
inline Bytes fill(std::size_t count, uint8_t value) { return Bytes(count, value); }

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes box(const char* type, const Bytes& payload) {
  return join({u32(payload.size() + 8), text(type), payload});
}
inline Bytes full_box(const char* type, uint64_t version, uint64_t flags, const Bytes& payload) {
  return box(type, join({u8(version), number(flags, 3), payload}));
}

// What stands behind version and flags in tenc (version 1), and all of a seig entry.
inline Bytes protection(uint8_t pattern, bool is_protected, uint8_t iv_size, uint8_t kid,
                        const Bytes& constant_iv = {}) {
  Bytes out = join({u8(0), u8(pattern), u8(is_protected ? 1 : 0), u8(iv_size), fill(16, kid)});
  if (is_protected && iv_size == 0) out = out + u8(constant_iv.size()) + constant_iv;
  return out;
}
inline Bytes tenc(const Bytes& body, uint64_t version = 1) {
  return full_box("tenc", version, 0, body);
}
inline Bytes schm(const char* scheme) {
  return full_box("schm", 0, 0, text(scheme) + u32(0x10000));
}
// A video sample entry around boxes.
inline Bytes video_entry(const char* type, const Bytes& boxes) {
  return box(type, zeros(78) + boxes);
}
inline Bytes encv(const char* scheme, const Bytes& tenc_box) {
  return video_entry(
      "encv", box("sinf", join({box("frma", text("avc1")), schm(scheme), box("schi", tenc_box)})));
}

}  // namespace playhead::test
