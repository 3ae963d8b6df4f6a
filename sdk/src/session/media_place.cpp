// SPDX-License-Identifier: Apache-2.0
#include "session/media_place.h"

#include <algorithm>

namespace playhead {

namespace {

// What both URLs begin with, up to a '/' behind their host; 0: they are of different origins.
std::size_t shared_path(std::string_view a, std::string_view b) {
  a = a.substr(0, a.find_first_of("?#"));
  b = b.substr(0, b.find_first_of("?#"));
  const std::size_t host = a.find("://");
  if (host == std::string_view::npos) return 0;
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto same = static_cast<std::size_t>(differ.first - a.begin());
  const std::size_t slash = a.substr(0, same).rfind('/');
  const bool is_same_origin = slash != std::string_view::npos && slash >= host + 3;
  return is_same_origin ? slash + 1 : 0;
}

}  // namespace

std::string place_of(const std::vector<MediaPlace>& places, std::string_view url) {
  std::size_t longest = 0;
  std::string id;
  for (const MediaPlace& place : places) {
    const std::size_t shared = shared_path(place.manifest_url, url);
    if (shared == 0 || shared < longest) continue;
    if (shared == longest) {
      id.clear();
    } else {
      id = place.id;
    }
    longest = shared;
  }
  return id;
}

}  // namespace playhead
