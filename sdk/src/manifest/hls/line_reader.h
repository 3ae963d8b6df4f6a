// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace playhead::hls {

[[nodiscard]] inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Without spaces and tabs at both ends.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Lines of a playlist, ended by LF or CR LF (RFC 8216 §4.1), without their end and without blanks
// around them. Views into the text. A leading byte order mark is passed over.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
  }

  // The next line that is not empty; false at the end.
  bool next(std::string_view& line) {
    while (at_ < text_.size()) {
      const std::size_t end = text_.find('\n', at_);
      const std::size_t stop = end == std::string_view::npos ? text_.size() : end;
      line = trim(text_.substr(at_, stop - at_));
      at_ = stop + 1;
      ++number_;
      if (!line.empty()) return true;
    }
    return false;
  }
  // Number of the line next() gave, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

}  // namespace playhead::hls
