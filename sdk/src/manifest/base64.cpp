// SPDX-License-Identifier: Apache-2.0
#include "manifest/base64.h"

#include <array>

namespace playhead {
namespace {

constexpr uint8_t kSpace = 0xFE;
constexpr uint8_t kNoDigit = 0xFF;

constexpr std::array<uint8_t, 256> make_digits() {
  std::array<uint8_t, 256> digits{};
  for (uint8_t& digit : digits) digit = kNoDigit;
  for (uint8_t i = 0; i < 26; ++i) {
    digits['A' + i] = i;
    digits['a' + i] = static_cast<uint8_t>(26 + i);
  }
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = static_cast<uint8_t>(52 + i);
  digits['+'] = 62;
  digits['/'] = 63;
  for (const char c : {' ', '\t', '\r', '\n'}) digits[static_cast<uint8_t>(c)] = kSpace;
  return digits;
}
constexpr std::array<uint8_t, 256> kDigits = make_digits();

}  // namespace

std::optional<std::vector<uint8_t>> decode_base64(std::string_view text) {
  std::vector<uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  uint32_t group = 0;
  int digits = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == '=') {
      ++padding;
      continue;
    }
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kSpace) continue;
    if (digit == kNoDigit || padding > 0) return std::nullopt;
    group = group << 6 | digit;
    if (++digits < 4) continue;
    bytes.push_back(static_cast<uint8_t>(group >> 16));
    bytes.push_back(static_cast<uint8_t>(group >> 8));
    bytes.push_back(static_cast<uint8_t>(group));
    group = 0;
    digits = 0;
  }
  if (digits == 1 || padding > 2) return std::nullopt;
  if (digits >= 2) bytes.push_back(static_cast<uint8_t>(group >> (digits == 2 ? 4 : 10)));
  if (digits == 3) bytes.push_back(static_cast<uint8_t>(group >> 2));
  return bytes;
}

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
