// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "playhead/time.h"

namespace playhead {

// "2026-01-02T03:04:05.678Z" (RFC 3339 §5.6), any offset, any number of fraction digits; digits
// beyond microseconds are cut off. A leap second becomes the first second after it.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

// UTC with milliseconds (rounded down); times outside the years 0..9999 are clamped to them.
[[nodiscard]] std::string format_rfc3339(WallTime time);

}  // namespace playhead
