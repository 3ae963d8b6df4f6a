// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace playhead::offline {

// What the resources of one title are called.
class ResourceNames {
 public:
  // Of all of them, in any order.
  explicit ResourceNames(std::span<const std::string_view> urls);
  [[nodiscard]] std::string of(std::string_view url) const;

 private:
  std::set<std::string, std::less<>> shared_;  // paths with several queries
};

}  // namespace playhead::offline
