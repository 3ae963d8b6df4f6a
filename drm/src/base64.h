// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"

// Bytes as text (RFC 4648). Pure.
namespace playhead::drm {

[[nodiscard]] std::string to_base64(ByteView bytes);     // padded
[[nodiscard]] std::string to_base64url(ByteView bytes);  // without padding, as EME writes it
// Both alphabets, with padding or without, white space between: services write all of them.
// None: any other character, padding in the middle, or a length that no bytes have.
[[nodiscard]] std::optional<std::vector<uint8_t>> from_base64(std::string_view text);

[[nodiscard]] std::string to_hex(ByteView bytes);  // lower case
// Both cases; none: any other character, or an odd number of digits.
[[nodiscard]] std::optional<std::vector<uint8_t>> from_hex(std::string_view text);

}  // namespace playhead::drm
