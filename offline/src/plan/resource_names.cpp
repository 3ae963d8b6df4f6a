// SPDX-License-Identifier: Apache-2.0
#include "plan/resource_names.h"

#include <algorithm>
#include <vector>

#include "plan/stable_key.h"

namespace playhead::offline {
namespace {

std::string_view path_of(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }
std::string_view without_fragment(std::string_view url) { return url.substr(0, url.find('#')); }

}  // namespace

// Sorted rather than put into a map: titles have a hundred thousand.
ResourceNames::ResourceNames(std::span<const std::string_view> urls) {
  std::vector<std::string_view> sorted(urls.begin(), urls.end());
  for (std::string_view& url : sorted) url = without_fragment(url);
  std::sort(sorted.begin(), sorted.end(), [](std::string_view a, std::string_view b) {
    const int order = path_of(a).compare(path_of(b));
    return order != 0 ? order < 0 : a < b;
  });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const std::string_view path = path_of(sorted[i]);
    if (sorted[i] != sorted[i - 1] && path == path_of(sorted[i - 1])) shared_.emplace(path);
  }
}

std::string ResourceNames::of(std::string_view url) const {
  return shared_.find(path_of(url)) != shared_.end() ? query_key(url) : stable_key(url);
}

}  // namespace playhead::offline
