// SPDX-License-Identifier: Apache-2.0
#include "net/type_watch.h"

#include <algorithm>

#include "base/url.h"

namespace playhead {

namespace {

// A title has a handful of hosts; more are somebody's game.
constexpr std::size_t kMostHosts = 8;
// What is told of a type; real ones are shorter.
constexpr std::size_t kMostLetters = 60;

// "text/html" of "Text/HTML; charset=utf-8".
std::string bare_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  const std::size_t first = content_type.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  content_type = content_type.substr(first, content_type.find_last_not_of(" \t") + 1 - first);
  std::string type(content_type.substr(0, kMostLetters));
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c < ' ' || c > '~') c = '?';
  }
  return type;
}

bool begins_as_manifest(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.substr(0, kByteOrderMark.size()) == kByteOrderMark) body.remove_prefix(3);
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  for (const std::string_view begin : {"#EXT", "<?xml", "<MPD"}) {
    if (body.substr(0, begin.size()) == begin) return true;
  }
  return false;
}

}  // namespace

bool is_odd_type(ResourceKind kind, std::string_view content_type) {
  const std::string type = bare_type(content_type);
  const auto begins = [&type](std::string_view part) { return type.rfind(part, 0) == 0; };
  const bool is_page = type == "text/html" || type == "application/xhtml+xml";
  switch (kind) {
    case ResourceKind::kMedia:  // thumbnails among them
    case ResourceKind::kInit:
      return is_page || begins("text/") || type == "application/json" || type == "application/xml";
    case ResourceKind::kManifest:  // segment indexes, which are MP4, among them
      return is_page || begins("image/");
    default:
      return false;
  }
}

void TypeWatch::look(ResourceKind kind, const ResponseHead& head, std::string_view body) {
  const std::string_view type = head.header("content-type");
  if (!tell_ || !is_odd_type(kind, type)) return;
  if (kind == ResourceKind::kManifest && !begins_as_manifest(body)) return;
  const auto origin = url_origin(head.url);
  const std::string host = origin ? origin->host : std::string();
  if (told_.size() >= kMostHosts || !told_.insert(host).second) return;
  const char* what = kind == ResourceKind::kManifest ? "a manifest" : "media";
  Error error = make_error(
      ErrorCode::kBadResponse,
      redact(head.url) + ": " + what + " is called \"" + bare_type(type) + "\"", 0,
      Severity::kRecoverable);
  error.url = redact(head.url);
  tell_(error);
}

}  // namespace playhead
