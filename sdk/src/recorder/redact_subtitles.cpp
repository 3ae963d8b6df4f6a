// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "recorder/redactor.h"

namespace playhead::recorder {

namespace {

bool is_hidden(char c) { return is_word_character(c) && c != '-' && c != '%'; }

bool is_timing(std::string_view line) { return line.find("-->") != std::string_view::npos; }

}  // namespace

std::string Redactor::spoken(std::string_view line, bool is_xml) {
  std::string out(line);
  uint64_t mark = 0;
  const bool is_blank = std::none_of(line.begin(), line.end(), is_hidden);
  if (!is_blank) mark = static_cast<uint64_t>(lines_.number(line));
  for (std::size_t i = 0; i < out.size();) {
    const std::size_t entity = is_xml ? entity_at(std::string_view(out).substr(i)) : 0;
    if (entity > 0) {
      i += entity;
      continue;
    }
    if (is_hidden(out[i])) {
      out[i] = mark > 0 ? static_cast<char>('a' + mark % 23) : 'x';
      mark /= 23;
    }
    ++i;
  }
  return out;
}

// W3C WebVTT §4: times and settings of cues stay, and the header's X-TIMESTAMP-MAP (RFC 8216 §3.5).
std::string Redactor::webvtt(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const bool is_header = line.find("WEBVTT") <= 3;
    const bool is_map = line.substr(0, 16) == "X-TIMESTAMP-MAP=";
    if (is_map) {
      out += line;
    } else if (is_header) {
      const std::size_t rest = line.find("WEBVTT") + 6;
      out += line.substr(0, rest);
      out += spoken(line.substr(rest));
    } else if (is_timing(line)) {
      // "region:name" names a region of the file's own, whose definition is hidden as well.
      out += line;
    } else {
      out += spoken(line);
    }
    text.remove_prefix(end);
    while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace playhead::recorder
