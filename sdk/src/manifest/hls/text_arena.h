// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace playhead::hls {

// Keeps copies of texts, one after the other in large blocks. Addresses stay, also when it is
// moved. Not thread-safe.
class TextArena {
 public:
  std::string_view add(std::string_view text) {
    if (free_ < text.size()) {
      constexpr std::size_t kBlockBytes = 16 << 10;
      free_ = std::max(kBlockBytes, text.size());
      // Not value-initialised: every byte that is read was written before.
      blocks_.push_back(std::unique_ptr<char[]>(new char[free_]));
      at_ = blocks_.back().get();
      bytes_ += free_;
    }
    char* copy = at_;
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    at_ += text.size();
    free_ -= text.size();
    return {copy, text.size()};
  }
  void clear() {
    blocks_.clear();
    at_ = nullptr;
    free_ = bytes_ = 0;
  }
  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  [[nodiscard]] std::size_t memory_bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t free_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace playhead::hls
