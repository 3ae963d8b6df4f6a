// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace playhead::drm {

// Whether brackets and braces outside strings nest no deeper than `most`. To be asked before the
// JSON library reads text of others. Pure.
[[nodiscard]] inline bool is_shallow_json(std::string_view text, int most) {
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_in_string && c == '\\') ++i;
    if (c == '"') is_in_string = !is_in_string;
    if (is_in_string) continue;
    if ((c == '{' || c == '[') && ++depth > most) return false;
    if (c == '}' || c == ']') --depth;
  }
  return true;
}

// Of licences and key ids; chosen, they nest three deep.
inline constexpr int kJsonDepth = 16;
// Bytes of a licence; chosen: a thousand keys have 100 kB.
inline constexpr std::size_t kJsonBytes = 1024 * 1024;

}  // namespace playhead::drm
