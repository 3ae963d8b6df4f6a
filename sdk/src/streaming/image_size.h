// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/bytes.h"

namespace playhead {

struct ImageSize {
  int width = 0, height = 0;  // pixels, each 1..65535
};

// What the header of a JPEG (ITU-T T.81 B.2.2) or PNG (ISO/IEC 15948 11.2.2) says; nothing for
// anything else. Pure; any thread.
[[nodiscard]] std::optional<ImageSize> image_size(ByteView image);

}  // namespace playhead
