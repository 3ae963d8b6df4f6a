// SPDX-License-Identifier: Apache-2.0
#include "recorder/fields.h"

#include <bit>
#include <charconv>
#include <utility>

#include "base/decimal.h"

namespace playhead::recorder {

namespace {

constexpr char kHex[] = "0123456789abcdef";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool is_plain(char c) { return c > ' ' && c < 0x7f && c != ',' && c != '%' && c != '^'; }

}  // namespace

void Fields::separate() {
  if (!std::exchange(is_first_, false)) text_ += ',';
}

Fields& Fields::text(std::string_view value) {
  separate();
  for (const char c : value) {
    if (is_plain(c)) {
      text_ += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text_ += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return *this;
}

Fields& Fields::number(int64_t value) {
  separate();
  char digits[24];
  text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

Fields& Fields::real(double value) { return number(std::bit_cast<int64_t>(value)); }

Fields& Fields::error(const Error& error) {
  return number(static_cast<int64_t>(error.code))
      .number(static_cast<int64_t>(error.severity))
      .number(error.detail);
}

std::string_view FieldReader::next() {
  if (is_over_) {
    is_good_ = false;
    return {};
  }
  const std::size_t comma = rest_.find(',');
  const std::string_view field = rest_.substr(0, comma);
  is_over_ = comma == std::string_view::npos;
  rest_ = is_over_ ? std::string_view() : rest_.substr(comma + 1);
  return field;
}

std::string FieldReader::text() {
  const std::string_view field = next();
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '%') {
      out += field[i];
      continue;
    }
    const bool has_digits = i + 2 < field.size();
    const int a = has_digits ? digit_of(field[i + 1]) : -1;
    const int b = has_digits ? digit_of(field[i + 2]) : -1;
    if (a < 0 || b < 0) {
      is_good_ = false;
      return {};
    }
    out += static_cast<char>(a * 16 + b);
    i += 2;
  }
  return out;
}

int64_t FieldReader::number() {
  const auto value = parse_int64(next());
  if (!value) is_good_ = false;
  return value.value_or(0);
}

double FieldReader::real() { return std::bit_cast<double>(number()); }

std::optional<int64_t> FieldReader::maybe() {
  const std::string_view field = next();
  if (field.empty()) return std::nullopt;
  const auto value = parse_int64(field);
  if (!value) is_good_ = false;
  return value;
}

int64_t FieldReader::number_within(int64_t least, int64_t most) {
  const int64_t value = number();
  if (value >= least && value <= most) return value;
  is_good_ = false;
  return least;
}

Error FieldReader::error() {
  Error error;
  error.code = static_cast<ErrorCode>(number_within(0, INT32_MAX));
  error.severity = static_cast<Severity>(number_within(0, 1));
  error.detail = static_cast<int32_t>(number_within(INT32_MIN, INT32_MAX));
  return error;
}

std::string escape_line(std::string_view text) {
  std::string line;
  line.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\\') {
      line += "\\\\";
    } else if ((c >= ' ' && c < 0x7f) || c == '\t') {
      line += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      line += {'\\', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return line;
}

std::optional<std::string> unescape_line(std::string_view line) {
  std::string text;
  text.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      text += line[i];
      continue;
    }
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    if (next == 'n' || next == '\\') {
      text += next == 'n' ? '\n' : '\\';
      ++i;
      continue;
    }
    const int low = i + 2 < line.size() ? digit_of(line[i + 2]) : -1;
    if (digit_of(next) < 0 || low < 0) return std::nullopt;
    text += static_cast<char>(digit_of(next) * 16 + low);
    i += 2;
  }
  return text;
}

std::string to_hex(std::string_view bytes) {
  std::string digits;
  digits.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += kHex[byte >> 4];
    digits += kHex[byte & 15];
  }
  return digits;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_of(digits[i]), low = digit_of(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace playhead::recorder
