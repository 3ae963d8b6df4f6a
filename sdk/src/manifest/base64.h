// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace playhead {

// Base64 (RFC 4648 §4) with or without padding; white space between the digits is passed over, as
// XML writers break lines. Anything else is no value.
[[nodiscard]] std::optional<std::vector<uint8_t>> decode_base64(std::string_view text);

// What a URL such as "data:text/plain;base64,AAAA" (RFC 2397) carries; no value for other URLs, and
// for data that is not Base64.
[[nodiscard]] std::optional<std::vector<uint8_t>> decode_base64_data_url(std::string_view url);

}  // namespace playhead
