// SPDX-License-Identifier: Apache-2.0
#include "uri_query.h"

namespace playhead::server {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// RFC 3986 §3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) before the first ':'.
bool has_scheme(std::string_view uri) {
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const char c = uri[i];
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == ':') return i > 0;
    if (!alpha && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))) {
      return false;
    }
  }
  return false;
}

}  // namespace

bool UriPersonaliser::is_ours(std::string_view uri) const {
  if (uri.empty() || uri.front() == '#') return false;
  if (has_scheme(uri)) {
    return !own_origin_.empty() && starts_with(uri, own_origin_) &&
           starts_with(uri.substr(own_origin_.size()), title_folder_);
  }
  if (starts_with(uri, "//")) return false;
  if (uri.front() == '/') return starts_with(uri, title_folder_);
  return true;
}

std::string UriPersonaliser::apply(std::string_view uri) const {
  if (!is_ours(uri)) return std::string(uri);
  const std::size_t fragment = uri.find('#');
  std::string out(uri.substr(0, fragment));
  out += out.find('?') == std::string::npos ? '?' : '&';
  out += query_;
  if (fragment != std::string_view::npos) out += uri.substr(fragment);
  return out;
}

}  // namespace playhead::server
