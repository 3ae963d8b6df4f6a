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
  [[nodiscard]] bool uses_number() const;
  [[nodiscard]] std::size_t memory_bytes() const {
    return text_.capacity() + parts_.capacity() * sizeof(Part);
  }
  friend bool operator==(const SegmentTemplate& a, const SegmentTemplate& b) {
    return a.text_ == b.text_ && a.parts_ == b.parts_;
  }

 private:
  enum class Kind : uint8_t { kNumber, kTime, kSubNumber };
  struct Format {
    uint8_t width = 1;
    char conversion = 'd';
    friend bool operator==(const Format&, const Format&) = default;
  };
  // What is filled in, and where: before text_[at].
  struct Part {
    uint32_t at = 0;
    Kind kind = Kind::kNumber;
    Format format;
    friend bool operator==(const Part&, const Part&) = default;
  };
  static bool parse_format(std::string_view text, Format& format);
  static void append_number(uint64_t value, Format format, std::string& out);
  static void append_time(int64_t value, Format format, std::string& out);
  bool append_identifier(std::string_view inside, std::string_view id, int64_t bandwidth);

  std::string text_;  // all that is fixed
  std::vector<Part> parts_;
  int warnings_ = 0;
};

}  // namespace playhead::dash
