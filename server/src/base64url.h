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

}  // namespace playhead::server
