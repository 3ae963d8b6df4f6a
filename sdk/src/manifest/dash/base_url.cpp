// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/base_url.h"

#include <algorithm>
#include <array>

#include "base/url.h"

namespace playhead::dash {
namespace {

// Bytes of a relative path that resolve_url() copies as they are. No ':' (a scheme), no '?' and '#'
// (other parts) and no white space or non-ASCII (to be escaped).
constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (char c = '0'; c <= '9'; ++c) plain[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) plain[static_cast<uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) plain[static_cast<uint8_t>(c)] = true;
  for (const char c : {'-', '_', '.', '/', '~', '=', ',', '(', ')', '!', '+', '@'}) {
    plain[static_cast<uint8_t>(c)] = true;
  }
  return plain;
}
constexpr std::array<bool, 256> kPlain = plain_bytes();

// Dot segments and empty ones change the path; so does a leading '/'.
bool is_plain(std::string_view reference) {
  if (reference.empty() || reference.front() == '/' || reference.front() == '.') return false;
  bool is_safe = true;
  for (const char c : reference) is_safe = is_safe && kPlain[static_cast<uint8_t>(c)];
  return is_safe && reference.find("/.") == std::string_view::npos &&
         reference.find("//") == std::string_view::npos;
}

}  // namespace

BaseLocation::BaseLocation(std::string url) : url_(std::move(url)) {
  const std::string_view path = std::string_view(url_).substr(0, url_.find_first_of("?#"));
  const std::size_t authority = path.find("://");
  if (authority == std::string_view::npos) return;
  const std::size_t first = path.find('/', authority + 3);
  if (first == std::string_view::npos) return;
  const std::string_view folder = path.substr(0, path.rfind('/') + 1);
  if (folder.find("/.", first) != std::string_view::npos) return;
  const bool is_safe =
      std::all_of(folder.begin(), folder.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (is_safe && url_.size() < kMaxUrlBytes / 2) folder_ = folder.size();
}

std::string BaseLocation::resolve(std::string_view reference) const {
  if (reference.empty()) return url_;
  if (folder_ > 0 && reference.size() < kMaxUrlBytes / 2 && is_plain(reference)) {
    std::string resolved;
    resolved.reserve(folder_ + reference.size());
    resolved.append(url_, 0, folder_).append(reference);
    return resolved;
  }
  Result<std::string> resolved = resolve_url(url_, reference);
  return resolved ? *std::move(resolved) : std::string(reference);
}

std::string_view host_of(std::string_view url) {
  const std::size_t authority = url.find("://");
  if (authority == std::string_view::npos) return {};
  const std::string_view rest = url.substr(authority + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t user = host.rfind('@');
  return user == std::string_view::npos ? host : host.substr(user + 1);
}

}  // namespace playhead::dash
