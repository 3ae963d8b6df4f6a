// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace playhead::server {

// True when no value in the JSON text lies deeper than `max_depth` arrays and objects. Checked
// before parsing, so that hostile nesting never reaches the parser. Does not validate the JSON
// otherwise.
[[nodiscard]] bool json_depth_within(std::string_view text, std::size_t max_depth);

// The deepest JSON we have any use for is 3.
inline constexpr std::size_t kMaxJsonDepth = 16;

}  // namespace playhead::server
