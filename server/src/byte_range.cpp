// SPDX-License-Identifier: Apache-2.0
#include "byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace playhead::server {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only; a value too large for int64 counts as the largest one.
std::optional<int64_t> parse_position(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc::result_out_of_range ? INT64_MAX : value;
}

ByteRange suffix_range(std::string_view digits, int64_t size) {
  const auto length = parse_position(digits);
  if (!length) return {};
  if (*length == 0 || size == 0) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
  return {ByteRange::Kind::kPart, std::max<int64_t>(0, size - *length), size - 1};
}

}  // namespace

ByteRange parse_byte_range(std::string_view header, int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  header = trim(header);
  if (header.substr(0, kUnit.size()) != kUnit) return {};
  const std::string_view spec = trim(header.substr(kUnit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
  if (dash == 0) return suffix_range(spec.substr(1), size);
  const auto first = parse_position(spec.substr(0, dash));
  if (!first) return {};
  int64_t last = INT64_MAX;
  if (dash + 1 < spec.size()) {
    const auto given = parse_position(spec.substr(dash + 1));
    if (!given || *given < *first) return {};
    last = *given;
  }
  if (*first >= size) return {ByteRange::Kind::kUnsatisfiable, 0, 0};
  return {ByteRange::Kind::kPart, *first, std::min(last, size - 1)};
}

}  // namespace playhead::server
