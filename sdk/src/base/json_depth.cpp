// SPDX-License-Identifier: Apache-2.0
#include "base/json_depth.h"

namespace playhead {

bool is_json_shallow(std::string_view text, int most) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if ((c == '{' || c == '[') && ++depth > most) return false;
    if (c == '}' || c == ']') --depth;
  }
  return true;
}

}  // namespace playhead
