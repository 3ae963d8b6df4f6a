// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace playhead::dash {

// A URL template (ISO/IEC 23009-1 5.3.9.4.4), read once, expanded per segment.
// $RepresentationID$ and $Bandwidth$ are filled in when it is made; $Number$, $Time$ and
// $SubNumber$ when it is expanded; %0N with d, u, i, x, X or o is obeyed up to
// limits::kTemplateWidth.
// "$$" is a '$'. What is not an identifier stays as written and counts as a warning.
class SegmentTemplate {
 public:
  SegmentTemplate() = default;
  // `bandwidth` 0 when unknown.
  SegmentTemplate(std::string_view pattern, std::string_view representation_id, int64_t bandwidth);

  struct Values {
    uint64_t number = 0;
    int64_t time_ticks = 0;
    uint64_t sub_number = 1;
  };
  [[nodiscard]] std::string expand(const Values& values) const;

  [[nodiscard]] int warnings() const { return warnings_; }

 private:
  enum class Kind : uint8_t { kLiteral, kNumber, kTime, kSubNumber };
  struct Format {
    int width = 1;
    char conversion = 'd';
  };
  struct Part {
    Kind kind = Kind::kLiteral;
    Format format;
    std::string literal;
  };
  static bool parse_format(std::string_view text, Format& format);
  static void append_number(uint64_t value, Format format, std::string& out);
  static void append_time(int64_t value, Format format, std::string& out);
  bool append_identifier(std::string_view inside, std::string_view id, int64_t bandwidth);
  void append_literal(std::string_view text);

  std::vector<Part> parts_;
  int warnings_ = 0;
};

}  // namespace playhead::dash
