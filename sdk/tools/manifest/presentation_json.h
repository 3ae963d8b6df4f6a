// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>

#include "lint_report.h"
#include "playhead/presentation.h"

namespace playhead::tools {

struct JsonOptions {
  // Segments listed of each Representation: this many from the start, and always the last one.
  std::size_t max_segments = 20;
};

// Writes the model as JSON, keys in a fixed order; the schema is in the README beside this file.
// What is unknown or empty is left out. Bytes are hexadecimal; times are seconds. Beside the model
// it keeps one segment in memory. `report`: null when nobody asked for one.
void write_json(const Presentation& presentation, const JsonOptions& options,
                const LintReport* report, std::ostream& out);

}  // namespace playhead::tools
