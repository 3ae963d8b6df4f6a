// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace playhead {

// Where a title's media is to be had, as the service names it.
struct MediaPlace {
  std::string id;  // empty: it has no name
  std::string manifest_url;

  friend bool operator==(const MediaPlace&, const MediaPlace&) = default;
};

// The name of the place `url` is at: of those at its origin the one that shares the longest path.
// Empty: none is, or two are alike. Pure.
[[nodiscard]] std::string place_of(const std::vector<MediaPlace>& places, std::string_view url);

}  // namespace playhead
