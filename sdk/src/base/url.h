// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "playhead/result.h"

namespace playhead {

// Longest URL accepted, in bytes. Chosen: key identifiers as data: URIs fit, a hostile manifest
// cannot make every segment carry megabytes of URL.
inline constexpr std::size_t kMaxUrlBytes = std::size_t{64} << 10;

// Resolves `reference` against the absolute URL `base` (RFC 3986 §5, strict). White space around
// the reference is dropped; spaces and bytes above 0x7E inside it are percent-encoded, as manifests
// in the field contain both. The path of a reference that has a scheme but neither an authority nor
// a leading slash (data:, urn:) is opaque and stays as it is.
// kInvalidUrl: no scheme, a control character, a bad authority, or longer than kMaxUrlBytes.
[[nodiscard]] Result<std::string> resolve_url(std::string_view base, std::string_view reference);

// Everything but RFC 3986 §2.3's unreserved characters becomes %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// The URL as logs and errors may show it: no user information, no query values, no fragment, no
// payload of data: URIs, at most 300 bytes. Any text is accepted.
[[nodiscard]] std::string redact(std::string_view url);

// What credentials and connections are bound to.
struct UrlOrigin {
  std::string scheme;  // lower case
  std::string host;    // lower case, without user information; IPv6 in brackets
  int port = 0;        // 80 and 443 filled in for http and https; 0 when the scheme has no default

  friend bool operator==(const UrlOrigin&, const UrlOrigin&) = default;
};

// kInvalidUrl: no scheme, a control character, a bad authority, or http(s) without a host.
[[nodiscard]] Result<UrlOrigin> url_origin(std::string_view url);

}  // namespace playhead
