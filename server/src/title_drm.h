// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "result.h"
#include "title_keys.h"

namespace playhead::server {

// What one key opens.
struct TitleKeyUse {
  KeyId kid;
  int height = 0;  // of the tallest picture it opens; 0 = sound, text: no level is needed
};

// "drm" of title.json: who gets which licence. The keys themselves stand elsewhere (TitleKeys).
struct TitleDrm {
  std::vector<TitleKeyUse> keys;     // never empty
  std::optional<int64_t> license_s;  // life of a temporary licence; absent = the server's default
  std::optional<int64_t> persistent_s;  // the same of a persistent one
  bool allows_persistent = false;
  std::vector<std::string> entitled;  // user ids, "*" = everybody; what the store says goes first
};

// Error `bad_title` says what is wrong.
[[nodiscard]] Result<TitleDrm> parse_title_drm(const nlohmann::json& drm);

}  // namespace playhead::server
