// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "manifest/hls/line_reader.h"

namespace playhead::hls {

// n[@o] of EXT-X-BYTERANGE (RFC 8216 §4.3.2.2).
struct WrittenByteRange {
  int64_t length = 0;
  std::optional<int64_t> offset;
};

[[nodiscard]] inline std::optional<WrittenByteRange> parse_byte_range(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::optional<int64_t> length = parse_int64(trim(text.substr(0, at)));
  if (!length || *length <= 0) return std::nullopt;
  WrittenByteRange range{*length, std::nullopt};
  const std::string_view offset = at < text.size() ? trim(text.substr(at + 1)) : "";
  if (offset.empty()) return range;
  range.offset = parse_int64(offset);
  if (!range.offset || *range.offset < 0) return std::nullopt;
  // The last byte's position must fit as well.
  if (!checked_add(*range.offset, range.length)) return std::nullopt;
  return range;
}

}  // namespace playhead::hls
