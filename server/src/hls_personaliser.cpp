// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "manifest_personaliser.h"

namespace playhead::server {
namespace {

// Attributes whose quoted value is a URI that a player fetches.
bool is_uri_attribute(std::string_view name) {
  return name == "URI" || name == "SERVER-URI" || name == "X-ASSET-URI" || name == "X-ASSET-LIST";
}

// Copies "NAME=value,NAME="value",..." and personalises the URI attributes on the way.
void append_attributes(std::string& out, std::string_view list, const UriPersonaliser& uris) {
  while (!list.empty()) {
    const std::size_t equals = list.find('=');
    if (equals == std::string_view::npos) break;
    std::string_view name = list.substr(0, equals);
    out.append(name).append("=");
    list.remove_prefix(equals + 1);
    while (!name.empty() && (name.front() == ' ' || name.front() == ',')) name.remove_prefix(1);
    if (!list.empty() && list.front() == '"') {
      const std::size_t close = list.find('"', 1);
      if (close == std::string_view::npos) break;
      const std::string_view value = list.substr(1, close - 1);
      out += '"';
      out += is_uri_attribute(name) ? uris.apply(value) : std::string(value);
      out += '"';
      list.remove_prefix(close + 1);
    }
    const std::size_t comma = std::min(list.find(','), list.size());
    out += list.substr(0, comma);
    list.remove_prefix(comma);
    if (!list.empty()) {
      out += ',';
      list.remove_prefix(1);
    }
  }
  out += list;  // what is not an attribute list stays as it is
}

void append_line(std::string& out, std::string_view line, const UriPersonaliser& uris) {
  if (line.empty()) return;
  if (line.front() != '#') {
    out += uris.apply(line);
    return;
  }
  const std::size_t colon = line.find(':');
  if (line.substr(0, 4) != "#EXT" || colon == std::string_view::npos ||
      line.find("=\"", colon) == std::string_view::npos) {
    out += line;
    return;
  }
  out += line.substr(0, colon + 1);
  append_attributes(out, line.substr(colon + 1), uris);
}

}  // namespace

std::string personalise_hls(std::string_view text, const UriPersonaliser& uris) {
  std::string out;
  out.reserve(text.size() * 2);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    // RFC 8216 §4.1: lines end with LF or CR LF; trailing blanks are no part of a URI.
    std::size_t length = line.size();
    while (length > 0 &&
           (line[length - 1] == '\r' || line[length - 1] == ' ' || line[length - 1] == '\t')) {
      --length;
    }
    append_line(out, line.substr(0, length), uris);
    out += line.substr(length);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace playhead::server
