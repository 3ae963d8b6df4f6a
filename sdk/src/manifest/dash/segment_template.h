// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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
  SegmentTemplate(std::string_view pattern, std::string_view representation_id, int64_t bandwidth) {
    read(pattern, representation_id, bandwidth);
  }
  // Becomes that of another pattern, in the memory it has.
  void read(std::string_view pattern, std::string_view representation_id, int64_t bandwidth);

  struct Values {
    uint64_t number = 0;
    int64_t time_ticks = 0;
    uint64_t sub_number = 1;
  };
  [[nodiscard]] std::string expand(const Values& values) const;
  // The same, appended to `out`.
  void expand(const Values& values, std::string& out) const;

  [[nodiscard]] int warnings() const { return warnings_; }
  [[nodiscard]] bool uses_number() const;
  [[nodiscard]] std::size_t memory_bytes() const {
    return sizeof(*this) + text_.capacity() + more_.capacity() * sizeof(Part);
  }
  friend bool operator==(const SegmentTemplate& a, const SegmentTemplate& b) {
    return a.text_ == b.text_ && a.count_ == b.count_ && a.few_ == b.few_ && a.more_ == b.more_;
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
  void append_part(const Part& part);
  [[nodiscard]] const Part& part(std::size_t index) const {
    return index < few_.size() ? few_[index] : more_[index - few_.size()];
  }
  bool append_identifier(std::string_view inside, std::string_view id, int64_t bandwidth);

  std::string text_;           // all that is fixed
  std::array<Part, 3> few_{};  // no template in the field has more
  std::vector<Part> more_;
  std::size_t count_ = 0;
  int warnings_ = 0;
};

}  // namespace playhead::dash
