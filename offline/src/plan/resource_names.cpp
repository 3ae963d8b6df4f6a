// SPDX-License-Identifier: Apache-2.0
#include "plan/resource_names.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "plan/stable_key.h"

namespace playhead::offline {
namespace {

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }
std::string_view path_of(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

}  // namespace

void ResourceNames::add(std::string_view url) {
  const std::string_view path = path_of(url);
  const std::string_view rest = url.substr(path.size());
  const Seen seen{hash_of(path), hash_of(rest.substr(0, rest.find('#')))};
  // Of one file in many ranges.
  if (seen_.empty() || seen_.back() != seen) seen_.push_back(seen);
}

void ResourceNames::settle() {
  std::vector<Seen> seen = std::exchange(seen_, {});
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const bool is_shared = seen[i].path == seen[i - 1].path && seen[i].query != seen[i - 1].query;
    if (is_shared) shared_.push_back(seen[i].path);
  }
}

std::string ResourceNames::of(std::string_view url) const {
  const bool is_shared =
      !shared_.empty() && std::binary_search(shared_.begin(), shared_.end(), hash_of(path_of(url)));
  return is_shared ? query_key(url) : stable_key(url);
}

}  // namespace playhead::offline
