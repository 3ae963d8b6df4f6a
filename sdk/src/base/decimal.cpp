// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <charconv>
#include <limits>

namespace playhead {
namespace {

template <typename Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

// False: it would not fit.
bool append_digit(int64_t& value, char digit) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const int64_t added = digit - '0';
  if (value > (kMax - added) / 10) return false;
  value = value * 10 + added;
  return true;
}

}  // namespace

std::optional<uint64_t> parse_uint64(std::string_view text) {
  return parse_integer<uint64_t>(text);
}

std::optional<int64_t> parse_int64(std::string_view text) { return parse_integer<int64_t>(text); }

std::optional<int64_t> parse_decimal(std::string_view text, int digits) {
  // 18 digits always fit; manifests have far fewer, so this path is nearly always the whole work.
  int64_t value = 0;
  std::size_t at = 0;
  bool has_digit = false;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    has_digit = true;
    if (!append_digit(value, text[at])) return std::nullopt;
  }
  int scale = digits;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      has_digit = true;
      if (scale == 0) continue;
      --scale;
      if (!append_digit(value, text[at])) return std::nullopt;
    }
  }
  if (!has_digit || at != text.size()) return std::nullopt;
  for (; scale > 0; --scale) {
    if (!append_digit(value, '0')) return std::nullopt;
  }
  return value;
}

std::optional<int64_t> parse_signed_decimal(std::string_view text, int digits) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const std::optional<int64_t> value = parse_decimal(text, digits);
  if (!value || !is_negative) return value;
  return -*value;
}

}  // namespace playhead
