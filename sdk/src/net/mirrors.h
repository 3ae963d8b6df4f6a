// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/segment_index.h"

namespace playhead {

// The same files at several places, under the same paths: what lies below one of them is to be had
// at all the others. Pure.
class Mirrors {
 public:
  Mirrors() = default;
  // URLs of one file at every place, best first. Where they differ is where the places begin; those
  // whose path ends, or whose query is, another one than the first's are no mirrors of it.
  explicit Mirrors(const std::vector<std::string>& urls);

  // Where else `asked` is, best first; empty when it lies below no place.
  [[nodiscard]] std::vector<ResourceLocation> others(const ResourceLocation& asked) const;

 private:
  std::vector<std::string> prefixes_;  // up to before a '/'; none or at least two
};

}  // namespace playhead
