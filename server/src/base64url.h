// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace playhead::server {

// RFC 4648 §5 without padding, as RFC 7515 §2 asks for.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

// Strict: padding, foreign characters, impossible lengths and non-zero spare bits are refused, so
// that every byte string has exactly one accepted spelling.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

// RFC 4648 §4, with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

// What clients send: either alphabet, with or without padding. Otherwise as strict as above.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace playhead::server
