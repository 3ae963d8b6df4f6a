// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "playhead/error.h"

// The words of a recording: fields with commas between them, without white space.
namespace playhead::recorder {

// First words of a recording's first line; then the format, then the library's version.
inline constexpr std::string_view kMagic = "playhead-recording";
inline constexpr int kFormat = 1;

class Fields {
 public:
  Fields() = default;
  explicit Fields(std::string_view first) : text_(first), is_first_(false) {}

  // White space, commas, '%' and bytes that are no text are percent-encoded.
  Fields& text(std::string_view value);
  Fields& number(int64_t value);
  // Exactly: as its bits.
  Fields& real(double value);
  Fields& flag(bool value) { return number(value ? 1 : 0); }
  // Nothing is an empty field.
  template <typename Time>
  Fields& maybe(const std::optional<Time>& value) {
    return value ? number(value->count()) : text("");
  }
  Fields& error(const Error& error);

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void separate();

  std::string text_;
  bool is_first_ = true;
};

// Reads what Fields wrote. After the first field that is missing or not of its kind all answers are
// empty and `is_good` is false.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  std::string text();
  int64_t number();
  double real();
  bool flag() { return number() != 0; }
  // Of an empty field nothing.
  std::optional<int64_t> maybe();
  // At least `least` and at most `most`; else `is_good` is false.
  int64_t number_within(int64_t least, int64_t most);
  Error error();

  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool at_end() const { return is_over_; }

 private:
  std::string_view next();

  std::string_view rest_;
  bool is_over_ = false, is_good_ = true;
};

// A text as one line: line breaks, '\\' and bytes that are no text are escaped; and back.
[[nodiscard]] std::string escape_line(std::string_view text);
[[nodiscard]] std::optional<std::string> unescape_line(std::string_view line);
// Bytes as hexadecimal digits, and back; odd or other digits: nothing.
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

}  // namespace playhead::recorder
