// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Small readers the text formats share. ASCII only: nothing asks the host's locale.
namespace playhead::text {

[[nodiscard]] constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

// "62.5%" as a fraction; none when it is no percentage or not within 0..100.
[[nodiscard]] std::optional<double> parse_percentage(std::string_view text);

// The words of a text, between white space.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(trim(text)) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::string_view next();

 private:
  std::string_view rest_;
};

// The lines of a text, ended by LF, CR or CRLF (WebVTT §4.1, XML §2.11). Line ends are taken off.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view peek() const;
  std::string_view next();
  // Of the line next() answered last, from 1.
  [[nodiscard]] int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  int64_t number_ = 0;
};

// Splits at the first `separator`: what is before it, and what is after it (empty: there is none).
struct Halves {
  std::string_view first, second;
};
[[nodiscard]] inline Halves split(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

}  // namespace playhead::text
