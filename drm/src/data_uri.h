// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "playhead/bytes.h"

namespace playhead::drm {

// "data:" URI (RFC 2397): HLS carries pssh boxes and PlayReady Objects in them.
struct DataUri {
  std::string media_type;  // lower case, without parameters; may be empty
  std::string
      charset;  // lower case; "utf-16" for PlayReady Objects, whose bytes it does not change
  std::vector<uint8_t> bytes;
};
// None: no data URI, longer than kDataUriBytes, or its text cannot be decoded. Pure.
[[nodiscard]] std::optional<DataUri> parse_data_uri(std::string_view uri);

// Bytes of text; chosen: PlayReady Objects end at 15 kB, pssh boxes are smaller. Larger: nothing is
// gained; smaller: lists of many keys are refused.
inline constexpr std::size_t kDataUriBytes = 256 * 1024;

}  // namespace playhead::drm
