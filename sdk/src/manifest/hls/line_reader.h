// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace playhead::hls {

[[nodiscard]] inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Without spaces and tabs at both ends.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Lines of a playlist, ended by LF or CR LF (RFC 8216 §4.1), without their end and without blanks
// around them. A text with CR alone is read as if these were LF. Views into the text. A leading
// byte order mark is passed over.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) at_ = kByteOrderMark.size();
    if (text_.find('\n') == std::string_view::npos && text_.find('\r') != std::string_view::npos) {
      end_of_line_ = '\r';
    }
  }

  // The next line that is not empty; false at the end.
  bool next(std::string_view& line) {
    while (at_ < text_.size()) {
      start_ = at_;
      const char* begin = text_.data() + at_;
      const auto* end =
          static_cast<const char*>(std::memchr(begin, end_of_line_, text_.size() - at_));
      const std::size_t size =
          end == nullptr ? text_.size() - at_ : static_cast<std::size_t>(end - begin);
      line = trim({begin, size});
      at_ = std::min(start_ + size + 1, text_.size());
      if (!line.empty()) return true;
    }
    return false;
  }
  // Where the line next() gave starts, and where the one after it does.
  [[nodiscard]] std::size_t offset() const { return start_; }
  [[nodiscard]] std::size_t next_offset() const { return at_; }
  [[nodiscard]] char end_of_line() const { return end_of_line_; }
  // The line next() gave with its blanks.
  [[nodiscard]] std::string_view raw() const {
    std::string_view line = text_.substr(start_, at_ - start_);
    if (!line.empty() && line.back() == end_of_line_) line.remove_suffix(1);
    return line;
  }
  // Goes on at `offset`, which is the start of a line.
  void seek(std::size_t offset) { at_ = std::min(offset, text_.size()); }
  // Number of the line next() gave, and of the one at `offset`, from 1. Counted when asked, as
  // nearly nobody does.
  [[nodiscard]] std::size_t number() const { return number_at(start_); }
  [[nodiscard]] std::size_t number_at(std::size_t offset) const {
    if (offset < counted_offset_) counted_offset_ = counted_lines_ = 0;
    counted_lines_ += static_cast<std::size_t>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_offset_),
                   text_.begin() + static_cast<std::ptrdiff_t>(offset), end_of_line_));
    counted_offset_ = offset;
    return counted_lines_ + 1;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  char end_of_line_ = '\n';
  mutable std::size_t counted_offset_ = 0;
  mutable std::size_t counted_lines_ = 0;  // ends of lines before counted_offset_
};

}  // namespace playhead::hls
