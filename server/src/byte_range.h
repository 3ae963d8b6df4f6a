// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace playhead::server {

struct ByteRange {
  enum class Kind {
    kWhole,          // no usable Range: answer 200 with everything
    kPart,           // answer 206 with `first` to `last`
    kUnsatisfiable,  // answer 416
  };
  Kind kind = Kind::kWhole;
  int64_t first = 0;
  int64_t last = 0;  // inclusive

  bool operator==(const ByteRange&) const = default;
};

// A `Range` header (RFC 9110 §14.1.2) against a resource of `size` bytes. Units other than bytes,
// several ranges and malformed values are ignored, which §14.2 allows.
[[nodiscard]] ByteRange parse_byte_range(std::string_view header, int64_t size);

}  // namespace playhead::server
