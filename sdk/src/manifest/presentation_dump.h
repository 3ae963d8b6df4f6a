// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/presentation.h"

namespace playhead {

struct DumpOptions {
  // Segments printed of each Representation: this many from the start, and the last one.
  std::size_t max_segments = 20;
  // URLs below the manifest's own folder are printed without it, so that golden files do not depend
  // on where the manifest was.
  bool relative_urls = true;
};

// The Presentation as text, one fact a line, in a fixed order and without addresses: equal models
// give equal texts on every platform. For golden files and for looking.
[[nodiscard]] std::string dump(const Presentation& presentation, const DumpOptions& options = {});
// One SegmentIndex in the same form, for indexes that were loaded later.
[[nodiscard]] std::string dump(const SegmentIndex& index, const std::string& base_url,
                               const DumpOptions& options = {});

}  // namespace playhead
