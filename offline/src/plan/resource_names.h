// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace playhead::offline {

// What the resources of one title are called: all of them are added, then it is settled, then names
// are asked for. Remembers hashes alone; two paths of one hash have their queries in their names.
class ResourceNames {
 public:
  void add(std::string_view url);
  void settle();
  [[nodiscard]] std::string of(std::string_view url) const;

 private:
  struct Seen {
    std::size_t path = 0;
    std::size_t query = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
    friend auto operator<=>(const Seen&, const Seen&) = default;
  };
  std::vector<Seen> seen_;
  std::vector<std::size_t> shared_;  // paths with several queries, ascending
};

}  // namespace playhead::offline
