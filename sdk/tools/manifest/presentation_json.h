// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <nlohmann/json.hpp>

#include "playhead/presentation.h"

namespace playhead::tools {

struct JsonOptions {
  // Segments listed of each Representation: this many from the start, and always the last one.
  std::size_t max_segments = 20;
};

// The model as JSON, keys in a fixed order; the schema is in the README beside this file. What is
// unknown or empty is left out. Bytes are hexadecimal; times are seconds. Texts are as the manifest
// has them and not always UTF-8: dump with error_handler_t::replace.
[[nodiscard]] nlohmann::ordered_json to_json(const Presentation& presentation,
                                             const JsonOptions& options);

}  // namespace playhead::tools
