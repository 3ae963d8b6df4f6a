// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace playhead::abr_sim::test {

// The recorded networks: beside the source tree where they are available.
inline std::string traces_folder() {
  return (std::filesystem::path(PLAYHEAD_SOURCE_DIR) / ".." / "shared" / "traces").string();
}
inline bool has_traces() {
  std::error_code ignored;
  return std::filesystem::exists(traces_folder() + "/golden.json", ignored);
}
inline std::string trace_path(const std::string& family, const std::string& trace) {
  return traces_folder() + "/" + family + "/" + trace + ".csv";
}
inline std::string ladder_path(const std::string& ladder) {
  return traces_folder() + "/ladders/" + ladder + ".json";
}

}  // namespace playhead::abr_sim::test
