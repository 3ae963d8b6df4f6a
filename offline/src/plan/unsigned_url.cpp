// SPDX-License-Identifier: Apache-2.0
#include "plan/unsigned_url.h"

#include <algorithm>
#include <array>

#include "net/http_headers.h"

namespace playhead::offline {

namespace {

// ASCII case-insensitive.
constexpr std::array kSigned = {
    // CloudFront; S3 and Google Cloud before version 4
    std::string_view("Expires"), std::string_view("Signature"), std::string_view("Key-Pair-Id"),
    std::string_view("Policy"), std::string_view("AWSAccessKeyId"),
    std::string_view("GoogleAccessId"),
    // Akamai
    std::string_view("hdnea"), std::string_view("hdnts"), std::string_view("hdntl"),
    std::string_view("__token__"), std::string_view("__gda__"),
    // nginx (secure_link), and whoever has no name for it
    std::string_view("md5"), std::string_view("exp"), std::string_view("expiry"),
    std::string_view("sig"), std::string_view("hmac"), std::string_view("token"),
    std::string_view("access_token"), std::string_view("auth"), std::string_view("auth_token"),
    std::string_view("bcdn_token"), std::string_view("token_path"), std::string_view("verify"),
    std::string_view("wsSecret"), std::string_view("wsTime"),
    // of the request, not of what it is for
    std::string_view("CMCD")};

constexpr std::array kSignedPrefixes = {std::string_view("X-Amz-"), std::string_view("X-Goog-")};

// Azure's shared access signatures: short names that mean something else without a `sig`.
constexpr std::array kSharedAccess = {
    std::string_view("sv"),  std::string_view("ss"),    std::string_view("srt"),
    std::string_view("sr"),  std::string_view("sp"),    std::string_view("st"),
    std::string_view("se"),  std::string_view("spr"),   std::string_view("sip"),
    std::string_view("si"),  std::string_view("skoid"), std::string_view("sktid"),
    std::string_view("skt"), std::string_view("ske"),   std::string_view("sks"),
    std::string_view("skv"), std::string_view("sdd")};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view known) { return equals_ignoring_case(known, name); });
}

bool is_signature(std::string_view name, bool has_shared_access) {
  if (is_one_of(kSigned, name)) return true;
  if (has_shared_access && is_one_of(kSharedAccess, name)) return true;
  return std::any_of(kSignedPrefixes.begin(), kSignedPrefixes.end(), [name](std::string_view p) {
    return name.size() > p.size() && equals_ignoring_case(name.substr(0, p.size()), p);
  });
}

template <typename Visit>
void for_each_parameter(std::string_view query, const Visit& visit) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    if (!parameter.empty()) visit(parameter, parameter.substr(0, parameter.find('=')));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

}  // namespace

std::string unsigned_url(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find('?');
  std::string out(url.substr(0, mark));
  if (mark == std::string_view::npos) return out;
  const std::string_view query = url.substr(mark + 1);
  bool has_version = false;
  bool has_sig = false;
  for_each_parameter(query, [&](std::string_view, std::string_view name) {
    has_version = has_version || equals_ignoring_case(name, "sv");
    has_sig = has_sig || equals_ignoring_case(name, "sig");
  });
  char separator = '?';
  for_each_parameter(query, [&](std::string_view parameter, std::string_view name) {
    if (is_signature(name, has_version && has_sig)) return;
    out += separator;
    out += parameter;
    separator = '&';
  });
  return out;
}

}  // namespace playhead::offline
