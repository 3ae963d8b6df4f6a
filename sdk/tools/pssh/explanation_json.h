// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/drm/drm_session.h"
#include "playhead/result.h"

namespace playhead::tools {

// What initialisation data says, as JSON or for people. `has_colours`: names in bold.
// `is_readable` becomes false when a part could not be read; that part then says why.
struct Explanation {
  std::string json;
  std::string text;
  bool is_readable = true;
};
// Errors: kDrmInitData (nothing of it can be read).
[[nodiscard]] Result<Explanation> explain(const InitData& init, bool has_colours);

}  // namespace playhead::tools
