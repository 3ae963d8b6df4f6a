// SPDX-License-Identifier: Apache-2.0
#include "playback/track_ids_json.h"

#include <nlohmann/json.hpp>

#include "base/json_depth.h"

namespace playhead::offline {

namespace {

constexpr int kMaxDepth = 4;

Error corrupt() { return make_error(ErrorCode::kStoreCorrupt, "the list of a download's tracks"); }

}  // namespace

std::string write_track_ids(const std::vector<std::string>& ids) {
  return nlohmann::json{{"representations", ids}}.dump(-1, ' ', false,
                                                       nlohmann::json::error_handler_t::replace);
}

Result<std::vector<std::string>> read_track_ids(std::string_view tracks) {
  std::vector<std::string> ids;
  if (tracks.empty()) return ids;
  if (!is_json_shallow(tracks, kMaxDepth)) return corrupt();
  const auto json = nlohmann::json::parse(tracks, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return corrupt();
  const auto found = json.find("representations");
  if (found == json.end()) return ids;
  if (!found->is_array()) return corrupt();
  for (const auto& id : *found) {
    if (!id.is_string()) return corrupt();
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

}  // namespace playhead::offline
