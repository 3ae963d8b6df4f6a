// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/base64.h"

namespace playhead {

// What a URL such as "data:text/plain;base64,AAAA" (RFC 2397) carries; no value for other URLs, and
// for data that is not Base64.
[[nodiscard]] std::optional<std::vector<uint8_t>> decode_base64_data_url(std::string_view url);

}  // namespace playhead
