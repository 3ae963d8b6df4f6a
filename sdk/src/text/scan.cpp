// SPDX-License-Identifier: Apache-2.0
#include "text/scan.h"

#include <algorithm>

#include "base/decimal.h"

namespace playhead::text {

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<double> parse_percentage(std::string_view text) {
  if (text.size() < 2 || text.back() != '%' || !is_digit(text.front())) return {};
  const auto value = parse_decimal(text.substr(0, text.size() - 1), 6);
  if (!value || *value > 100'000'000) return {};
  return static_cast<double>(*value) / 1e8;
}

std::string_view Words::next() {
  std::size_t end = 0;
  while (end < rest_.size() && !is_space(rest_[end])) ++end;
  const std::string_view word = rest_.substr(0, end);
  rest_.remove_prefix(end);
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  return word;
}

std::string_view Lines::peek() const { return rest_.substr(0, rest_.find_first_of("\r\n")); }

std::string_view Lines::next() {
  const std::string_view line = peek();
  rest_.remove_prefix(line.size());
  if (!rest_.empty()) rest_.remove_prefix(rest_.substr(0, 2) == "\r\n" ? 2 : 1);
  ++number_;
  return line;
}

}  // namespace playhead::text
