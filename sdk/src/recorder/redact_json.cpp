// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "recorder/redactor.h"

namespace playhead::recorder {

namespace {

// Answers of the service, records of the outbox, steering manifests: what the library reads.
constexpr std::string_view kKnownKeys[] = {"stream_url",
                                           "resume_position_seconds",
                                           "manifest_type",
                                           "expires_at",
                                           "error",
                                           "code",
                                           "message",
                                           "format",
                                           "title",
                                           "profile",
                                           "session",
                                           "position_us",
                                           "recorded_us",
                                           "server_time",
                                           "at_end",
                                           "asset_id",
                                           "manifest_url",
                                           "drm",
                                           "type",
                                           "license_url",
                                           "VERSION",
                                           "TTL",
                                           "RELOAD-URI",
                                           "PATHWAY-PRIORITY",
                                           "SERVICE-LOCATION-PRIORITY",
                                           "PATHWAY-CLONES",
                                           "BASE-ID",
                                           "ID",
                                           "URI-REPLACEMENT",
                                           "HOST",
                                           "PARAMS",
                                           "PER-VARIANT-URIS",
                                           "PER-RENDITION-URIS"};

constexpr std::string_view kKnownNumbers[] = {"resume_position_seconds",
                                              "expires_at",
                                              "format",
                                              "position_us",
                                              "recorded_us",
                                              "server_time",
                                              "at_end",
                                              "VERSION",
                                              "TTL"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// "2026-01-31T10:00:00Z" (RFC 3339).
bool is_date(std::string_view text) {
  return text.size() >= 16 && text.size() < 40 && text[4] == '-' && text[10] == 'T' &&
         text.find_first_not_of("0123456789-:.+TZ") == std::string_view::npos;
}

bool is_code(std::string_view text) {
  return text.size() <= 32 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

// Takes escapes out of what is a word.
template <typename Map>
std::string around_escapes(std::string_view text, Map map) {
  std::string out;
  while (!text.empty()) {
    const std::size_t slash = text.find('\\');
    out += map(text.substr(0, slash));
    if (slash == std::string_view::npos) break;
    text.remove_prefix(slash);
    const bool is_unicode = text.size() >= 6 && text[1] == 'u';
    out += is_unicode ? std::string("\\u0078") : std::string(text.substr(0, 2));
    text.remove_prefix(std::min<std::size_t>(is_unicode ? 6 : 2, text.size()));
  }
  return out;
}

}  // namespace

std::string Redactor::json(std::string_view text) {
  std::string out;
  std::string key;
  std::vector<std::string> parents;
  const auto value_of = [&](std::string_view value) -> std::string {
    const std::string parent = parents.empty() ? std::string() : parents.back();
    if (parent == "PARAMS") return url_word(value);
    if (key == "HOST") return host(value);
    if (is_date(value) || (key == "code" && is_code(value))) return std::string(value);
    const bool is_url = value.find("://") != std::string_view::npos || ends_with(key, "url") ||
                        ends_with(key, "URI") || ends_with(parent, "-URIS");
    return is_url ? url(value) : name(value);
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end, text.size());
      const std::string_view content = text.substr(i + 1, end - i - 1);
      const std::size_t next = text.find_first_not_of(" \t\r\n", std::min(end + 1, text.size()));
      const bool is_key = next != std::string_view::npos && text[next] == ':';
      out += '"';
      if (is_key) {
        key = content;
        const bool is_parameter = !parents.empty() && parents.back() == "PARAMS";
        if (is_one_of(content, kKnownKeys)) {
          out += content;
        } else {
          out += around_escapes(content, [&](std::string_view part) {
            return is_parameter ? url_word(part) : name(part);
          });
        }
      } else {
        out += around_escapes(content, value_of);
      }
      if (end < text.size()) out += '"';
      i = end + 1;
      continue;
    }
    if (c == '{') parents.push_back(key);
    if (c == '}' && !parents.empty()) parents.pop_back();
    // Numbers, and what is left of true, false, null and exponents.
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_literal = std::string_view("truefalsn-+.eE").find(c) != std::string_view::npos;
    if (is_digit) {
      out += is_one_of(key, kKnownNumbers) ? c : '1';
    } else {
      out += is_word_character(c) && !is_literal ? 'x' : c;
    }
    ++i;
  }
  return out;
}

}  // namespace playhead::recorder
