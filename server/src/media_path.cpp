// SPDX-License-Identifier: Apache-2.0
#include "media_path.h"

#include <algorithm>
#include <array>
#include <utility>

#include "query.h"

namespace playhead::server {
namespace {

constexpr std::size_t kMaxPathBytes = 1024;

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTypes = {{
    {"m3u8", "application/vnd.apple.mpegurl"},  // RFC 8216 §10
    {"mpd", "application/dash+xml"},            // ISO/IEC 23009-1 annex C
    {"m4s", "video/iso.segment"},
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"cmfv", "video/mp4"},
    {"m4a", "audio/mp4"},
    {"cmfa", "audio/mp4"},
    {"ts", "video/mp2t"},
    {"aac", "audio/aac"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"ttml", "application/ttml+xml"},
    {"jpg", "image/jpeg"},
    {"png", "image/png"},
    {"webp", "image/webp"},
    {"webm", "video/webm"},
    {"key", kKeyType},  // HLS identity keys: whoever may see the media has them
}};

std::string_view type_of(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos) return {};
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& entry) {
    return entry.first == file.substr(dot + 1);
  });
  return found == kTypes.end() ? std::string_view() : found->second;
}

bool is_safe_segment(std::string_view segment) {
  if (segment.empty() || segment.front() == '.') return false;
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != 0x7f;
  });
}

}  // namespace

bool is_title_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::optional<MediaPath> parse_media_path(std::string_view path) {
  if (path.size() > kMaxPathBytes || path.substr(0, kMediaPrefix.size()) != kMediaPrefix) {
    return std::nullopt;
  }
  const auto decoded = percent_decode(path.substr(kMediaPrefix.size()));
  if (!decoded) return std::nullopt;
  const std::size_t slash = decoded->find('/');
  if (slash == std::string::npos || !is_title_id(std::string_view(*decoded).substr(0, slash))) {
    return std::nullopt;
  }
  MediaPath result{decoded->substr(0, slash), decoded->substr(slash + 1), {}};
  std::string_view rest = result.relative;
  for (;;) {
    const std::size_t end = rest.find('/');
    if (!is_safe_segment(rest.substr(0, end))) return std::nullopt;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  result.mime = type_of(rest);
  if (result.mime.empty()) return std::nullopt;
  return result;
}

std::string path_text(const MediaPath& path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=:@";  // RFC 3986 §3.3, beside letters, digits
  std::string text(kMediaPrefix);
  text.append(path.title).append("/");
  for (const char c : path.relative) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return text;
}

bool is_manifest(const MediaPath& path) {
  return path.mime == "application/vnd.apple.mpegurl" || path.mime == "application/dash+xml";
}

}  // namespace playhead::server
