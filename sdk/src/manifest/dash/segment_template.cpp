// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/segment_template.h"

#include <charconv>

#include "base/decimal.h"
#include "base/limits.h"

namespace playhead::dash {

SegmentTemplate::SegmentTemplate(std::string_view pattern, std::string_view representation_id,
                                 int64_t bandwidth) {
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('$');
    append_literal(pattern.substr(0, open));
    if (open == std::string_view::npos) return;
    const std::size_t close = pattern.find('$', open + 1);
    if (close == std::string_view::npos) {
      ++warnings_;
      append_literal(pattern.substr(open));
      return;
    }
    const std::string_view inside = pattern.substr(open + 1, close - open - 1);
    if (!append_identifier(inside, representation_id, bandwidth)) {
      ++warnings_;
      append_literal(pattern.substr(open, close - open + 1));
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
  format.width = static_cast<int>(*width);
  return true;
}

bool SegmentTemplate::append_identifier(std::string_view inside, std::string_view id,
                                        int64_t bandwidth) {
  if (inside.empty()) {
    append_literal("$");
    return true;
  }
  const std::size_t percent = inside.find('%');
  const std::string_view name = inside.substr(0, percent);
  Part part;
  if (percent != std::string_view::npos && !parse_format(inside.substr(percent), part.format)) {
    return false;
  }
  if (name == "RepresentationID") {
    append_literal(id);  // a format has no meaning here
    return true;
  }
  if (name == "Bandwidth") {
    std::string digits;
    append_number(static_cast<uint64_t>(bandwidth), part.format, digits);
    append_literal(digits);
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
  parts_.push_back(std::move(part));
  return true;
}

void SegmentTemplate::append_literal(std::string_view text) {
  if (text.empty()) return;
  if (parts_.empty() || parts_.back().kind != Kind::kLiteral) parts_.emplace_back();
  parts_.back().literal += text;
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
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::kLiteral:
        text += part.literal;
        break;
      case Kind::kNumber:
        append_number(values.number, part.format, text);
        break;
      case Kind::kTime:
        append_time(values.time_ticks, part.format, text);
        break;
      case Kind::kSubNumber:
        append_number(values.sub_number, part.format, text);
        break;
    }
  }
  return text;
}

}  // namespace playhead::dash
