// SPDX-License-Identifier: Apache-2.0
#include "data_uri.h"

#include <algorithm>
#include <utility>

#include "base64.h"

namespace playhead::drm {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// RFC 3986 §2.1. None: a percent sign without two digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += static_cast<char>(byte->front());
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<DataUri> parse_data_uri(std::string_view uri) {
  if (uri.size() > kDataUriBytes || lower(uri.substr(0, 5)) != "data:") return std::nullopt;
  const std::size_t comma = uri.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  DataUri parsed;
  bool is_base64 = false;
  std::string head = lower(uri.substr(5, comma - 5));
  for (std::size_t start = 0; start <= head.size();) {
    const std::size_t end = std::min(head.find(';', start), head.size());
    const std::string part = head.substr(start, end - start);
    if (start == 0) parsed.media_type = part;
    if (start > 0 && part == "base64") is_base64 = true;
    if (start > 0 && part.starts_with("charset=")) parsed.charset = part.substr(8);
    start = end + 1;
  }
  const std::optional<std::string> text = percent_decoded(uri.substr(comma + 1));
  if (!text) return std::nullopt;
  if (!is_base64) {
    parsed.bytes.assign(text->begin(), text->end());
    return parsed;
  }
  std::optional<std::vector<uint8_t>> bytes = from_base64(*text);
  if (!bytes) return std::nullopt;
  parsed.bytes = *std::move(bytes);
  return parsed;
}

}  // namespace playhead::drm
