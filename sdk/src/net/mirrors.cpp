// SPDX-License-Identifier: Apache-2.0
#include "net/mirrors.h"

#include <algorithm>
#include <string_view>

namespace playhead {

namespace {

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

// Where the path begins; of what has none npos.
std::size_t path_of(std::string_view url) {
  const std::size_t host = url.find("://");
  return host == std::string_view::npos ? host : url.find('/', host + 3);
}

// Length of what both URLs, up to their queries, end with: whole parts of their paths.
std::size_t common_path(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size() - path_of(a), b.size() - path_of(b));
  std::size_t same = 0;
  std::size_t whole = 0;
  while (same < most && a[a.size() - same - 1] == b[b.size() - same - 1]) {
    ++same;
    if (a[a.size() - same] == '/') whole = same;
  }
  return whole;
}

}  // namespace

Mirrors::Mirrors(const std::vector<std::string>& urls) {
  if (urls.empty()) return;
  const std::string_view first = without_query(urls.front());
  if (path_of(first) == std::string_view::npos) return;
  const std::string_view query = std::string_view(urls.front()).substr(first.size());
  std::vector<std::string_view> alike = {first};
  std::size_t common = first.size() - path_of(first);
  for (const std::string& url : urls) {
    const std::string_view other = without_query(url);
    const bool is_alike = path_of(other) != std::string_view::npos &&
                          std::string_view(url).substr(other.size()) == query &&
                          std::find(alike.begin(), alike.end(), other) == alike.end() &&
                          common_path(first, other) > 0;
    if (!is_alike) continue;
    common = std::min(common, common_path(first, other));
    alike.push_back(other);
  }
  if (alike.size() < 2) return;
  for (const std::string_view url : alike)
    prefixes_.emplace_back(url.substr(0, url.size() - common));
}

std::vector<ResourceLocation> Mirrors::others(const ResourceLocation& asked) const {
  const auto lies_below = [&](const std::string& prefix) {
    return asked.url.size() > prefix.size() && asked.url.compare(0, prefix.size(), prefix) == 0 &&
           asked.url[prefix.size()] == '/';
  };
  const auto own = std::find_if(prefixes_.begin(), prefixes_.end(), lies_below);
  std::vector<ResourceLocation> others;
  if (own == prefixes_.end()) return others;
  const std::string rest = asked.url.substr(own->size());
  for (const std::string& prefix : prefixes_) {
    if (&prefix != &*own) others.push_back({prefix + rest, asked.range});
  }
  return others;
}

}  // namespace playhead
