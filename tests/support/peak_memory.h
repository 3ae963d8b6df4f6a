// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace playhead::test {

// How much more memory the process has held at once than when this was made: peak of its resident
// set, of all threads. Linux; elsewhere, and where the peak cannot be set back, there is no answer.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";
    before_ = kilobytes("VmRSS:");
  }
  [[nodiscard]] std::optional<int64_t> growth_bytes() const {
    const auto peak = kilobytes("VmHWM:");
    if (!before_ || !peak || *peak < *before_) return std::nullopt;
    return (*peak - *before_) * 1024;
  }

 private:
  static std::optional<int64_t> kilobytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
      int64_t value = 0;
      if (word == name && status >> value) return value;
    }
    return std::nullopt;
  }
  std::optional<int64_t> before_;
};

}  // namespace playhead::test
