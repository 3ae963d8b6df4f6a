// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace playhead::server {

// Small digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

// Digits of either case; empty for anything else and for an odd number of them.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

}  // namespace playhead::server
