// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"

namespace playhead {

// Base64 (RFC 4648 §4) with or without padding; white space between the digits is passed over, as
// XML writers break lines. Anything else is no value.
[[nodiscard]] std::optional<std::vector<uint8_t>> decode_base64(std::string_view text);

// Padded, on one line.
[[nodiscard]] std::string encode_base64(ByteView bytes);

}  // namespace playhead
