// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/segment_template.h"

#include <charconv>

#include "base/decimal.h"
#include "base/limits.h"

namespace playhead::dash {

void SegmentTemplate::read(std::string_view pattern, std::string_view representation_id,
                           int64_t bandwidth) {
  text_.clear();
  few_ = {};
  more_.clear();
  count_ = 0;
  warnings_ = 0;
  text_.reserve(pattern.size() + representation_id.size());
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('$');
    text_ += pattern.substr(0, open);
    if (open == std::string_view::npos) return;
    const std::size_t close = pattern.find('$', open + 1);
    if (close == std::string_view::npos) {
      ++warnings_;
      text_ += pattern.substr(open);
      return;
    }
    const std::string_view inside = pattern.substr(open + 1, close - open - 1);
    if (!append_identifier(inside, representation_id, bandwidth)) {
      ++warnings_;
      text_ += pattern.substr(open, close - open + 1);
    }
    pattern.remove_prefix(close + 1);
  }
}

// "%05d" and, tolerated, "%5d".
bool SegmentTemplate::parse_format(std::string_view text, Format& format) {
  if (text.size() < 2 || text.front() != '%') return false;
  format.conversion = text.back();
  if (std::string_view("duixXo").find(format.conversion) == std::string_view::npos) return false;
  const std::string_view digits = text.substr(1, text.size() - 2);
  if (digits.empty()) return true;
  const auto width = parse_uint64(digits);
  if (!width || *width > static_cast<uint64_t>(limits::kTemplateWidth)) return false;
  format.width = static_cast<uint8_t>(*width);
  return true;
}

bool SegmentTemplate::append_identifier(std::string_view inside, std::string_view id,
                                        int64_t bandwidth) {
  if (inside.empty()) {
    text_ += '$';
    return true;
  }
  const std::size_t percent = inside.find('%');
  const std::string_view name = inside.substr(0, percent);
  Part part;
  if (percent != std::string_view::npos && !parse_format(inside.substr(percent), part.format)) {
    return false;
  }
  if (name == "RepresentationID") {
    text_ += id;  // a format has no meaning here
    return true;
  }
  if (name == "Bandwidth") {
    append_number(static_cast<uint64_t>(bandwidth), part.format, text_);
    return true;
  }
  if (name == "Number") {
    part.kind = Kind::kNumber;
  } else if (name == "Time") {
    part.kind = Kind::kTime;
  } else if (name == "SubNumber") {
    part.kind = Kind::kSubNumber;
  } else {
    return false;
  }
  part.at = static_cast<uint32_t>(text_.size());
  append_part(part);
  return true;
}

void SegmentTemplate::append_part(const Part& part) {
  if (count_ < few_.size()) {
    few_[count_] = part;
  } else {
    more_.push_back(part);
  }
  ++count_;
}

void SegmentTemplate::append_number(uint64_t value, Format format, std::string& out) {
  const int base = format.conversion == 'o'                               ? 8
                   : format.conversion == 'x' || format.conversion == 'X' ? 16
                                                                          : 10;
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, base);
  const auto size = static_cast<int>(end - digits);
  for (int i = size; i < format.width; ++i) out.push_back('0');
  for (const char* c = digits; c != end; ++c) {
    const bool is_lower_hex = *c >= 'a' && *c <= 'f';
    out.push_back(format.conversion == 'X' && is_lower_hex ? static_cast<char>(*c - 'a' + 'A')
                                                           : *c);
  }
}

void SegmentTemplate::append_time(int64_t value, Format format, std::string& out) {
  if (value < 0) out.push_back('-');
  const auto magnitude = static_cast<uint64_t>(value);
  append_number(value < 0 ? 0 - magnitude : magnitude, format, out);
}

std::string SegmentTemplate::expand(const Values& values) const {
  std::string text;
  text.reserve(text_.size() + count_ * 20);
  expand(values, text);
  return text;
}

void SegmentTemplate::expand(const Values& values, std::string& text) const {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Part& filled = part(i);
    text.append(text_, copied, filled.at - copied);
    copied = filled.at;
    switch (filled.kind) {
      case Kind::kNumber:
        append_number(values.number, filled.format, text);
        break;
      case Kind::kTime:
        append_time(values.time_ticks, filled.format, text);
        break;
      case Kind::kSubNumber:
        append_number(values.sub_number, filled.format, text);
        break;
    }
  }
  text.append(text_, copied);
}

bool SegmentTemplate::uses_number() const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (part(i).kind == Kind::kNumber) return true;
  }
  return false;
}

}  // namespace playhead::dash
