// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/wide_int.h"

// Numbers as manifests write them. Independent of the locale; nothing is skipped before or after
// the number; overflow is no value, never a wrong one.
namespace playhead {

// Decimal digits only: "0", "18446744073709551615".
[[nodiscard]] std::optional<uint64_t> parse_uint64(std::string_view text);
// As above with an optional leading '-'.
[[nodiscard]] std::optional<int64_t> parse_int64(std::string_view text);
// Non-negative decimal with an optional fraction ("9.9766", "10", ".5", "7."), in units of
// 10^-digits: parse_decimal("1.5", 6) is 1,500,000. Further digits are cut off, so that the answer
// never exceeds the written value. digits in 0..9.
[[nodiscard]] std::optional<int64_t> parse_decimal(std::string_view text, int digits);
// As above with an optional leading '-' or '+'.
[[nodiscard]] std::optional<int64_t> parse_signed_decimal(std::string_view text, int digits);

// Sums and products that do not fit are no value.
[[nodiscard]] inline std::optional<int64_t> checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!portable::add(a, b, sum)) return std::nullopt;
  return sum;
}
[[nodiscard]] inline std::optional<int64_t> checked_multiply(int64_t a, int64_t b) {
  const WideInt product = WideInt(a) * b;
  const auto cut = static_cast<int64_t>(product);
  if (product != cut) return std::nullopt;
  return cut;
}

}  // namespace playhead
