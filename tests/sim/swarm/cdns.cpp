// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/cdns.h"

namespace playhead::swarm {

namespace {

constexpr std::string_view kCdns[kMostCdns] = {"http://cdn.test/", "http://cdn2.test/"};

}  // namespace

std::string_view cdn_url(std::size_t cdn) { return kCdns[cdn]; }

std::optional<std::size_t> cdn_of(std::string_view url) {
  for (std::size_t i = 0; i < kMostCdns; ++i) {
    if (url.starts_with(kCdns[i])) return i;
  }
  return std::nullopt;
}

std::optional<std::string> name_in(std::string_view folder, std::string_view url,
                                   std::size_t cdns) {
  const auto cdn = cdn_of(url);
  if (!cdn || *cdn >= cdns) return std::nullopt;
  url.remove_prefix(kCdns[*cdn].size());
  if (!url.starts_with(folder)) return std::nullopt;
  return std::string(url.substr(folder.size()));
}

std::string base_urls(std::string_view folder, std::size_t cdns) {
  std::string out;
  for (std::size_t i = 0; cdns > 1 && i < cdns; ++i) {
    out.append("<BaseURL>").append(kCdns[i]).append(folder).append("</BaseURL>\n");
  }
  return out;
}

}  // namespace playhead::swarm
