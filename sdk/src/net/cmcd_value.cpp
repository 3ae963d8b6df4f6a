// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd_value.h"

#include <algorithm>

namespace playhead {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c < 0x20 || c >= 0x7f) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

int64_t to_hundreds(int64_t value) { return (std::max<int64_t>(value, 0) + 50) / 100 * 100; }

std::string decimal(double value) {
  const auto hundredths = static_cast<int64_t>(std::clamp(value, 0.0, 1000.0) * 100 + 0.5);
  std::string text = std::to_string(hundredths / 100);
  const int64_t rest = hundredths % 100;
  if (rest == 0) return text;
  text += '.' + std::to_string(rest / 10);
  if (rest % 10 != 0) text += std::to_string(rest % 10);
  return text;
}

}  // namespace playhead
