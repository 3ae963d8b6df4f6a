// SPDX-License-Identifier: Apache-2.0
#include "manifest/base64.h"

namespace playhead {

std::optional<std::vector<uint8_t>> decode_base64_data_url(std::string_view url) {
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  if (url.substr(0, kScheme.size()) != kScheme || comma == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view type = url.substr(0, comma);
  if (type.size() < kBase64.size() || type.substr(type.size() - kBase64.size()) != kBase64) {
    return std::nullopt;
  }
  return decode_base64(url.substr(comma + 1));
}

}  // namespace playhead
