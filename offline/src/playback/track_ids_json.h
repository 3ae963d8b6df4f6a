// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/result.h"

namespace playhead::offline {

// The Representations of DownloadFacts::tracks, {"representations": [ids]}; "" none are named, all
// are there. Pure. Errors: kStoreCorrupt.
[[nodiscard]] std::string write_track_ids(const std::vector<std::string>& ids);
[[nodiscard]] Result<std::vector<std::string>> read_track_ids(std::string_view tracks);

}  // namespace playhead::offline
