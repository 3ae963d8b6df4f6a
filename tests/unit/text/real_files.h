// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace playhead::test {

// A file of other projects' media; empty where they are not at hand.
inline std::vector<uint8_t> shared_media(const std::string& name) {
  std::ifstream file(std::string(PLAYHEAD_SOURCE_DIR) + "/../shared/media/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace playhead::test
