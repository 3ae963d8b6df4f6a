// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "playhead/bytes.h"

namespace playhead {

inline constexpr uint32_t kReplacementCharacter = 0xfffd;

// Appends one character; what is no Unicode scalar value becomes U+FFFD.
void append_utf8(std::string& out, uint32_t character);

// Valid UTF-8: every maximal ill-formed part and every NUL is replaced by U+FFFD (Unicode §3.9);
// a byte order mark in front is taken off.
[[nodiscard]] std::string clean_utf8(std::string_view bytes);

// UTF-16 to UTF-8; half a surrogate pair, or half a unit at the end, becomes U+FFFD.
[[nodiscard]] std::string utf16_to_utf8(ByteView bytes, bool is_big_endian);
[[nodiscard]] std::string latin1_to_utf8(ByteView bytes);

// Without characters that draw nothing and may confuse who draws: C0 controls but '\n', DEL, C1.
// A tab becomes a space.
[[nodiscard]] std::string without_controls(std::string_view text);

// At most `bytes` of it, cut between characters.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t bytes);

}  // namespace playhead
