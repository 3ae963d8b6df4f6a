// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/bytes.h"
#include "text/caption_data.h"

namespace playhead::recorder {

// The captions of a picture for a recording: "a" (H.264) or "h" (HEVC), then three bytes for each
// pair (field, pair) as digits. Codes stay, so that captions come and go as they did; what is said
// becomes "x". Empty: it has none. Pure.
[[nodiscard]] std::string redacted_captions(ByteView access_unit, const text::NalFraming& framing);

}  // namespace playhead::recorder
