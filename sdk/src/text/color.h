// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "playhead/cues.h"

namespace playhead::text {

// How the fourth number of rgba() counts: CSS 0..1, TTML2 §10.3.4 0..255.
enum class AlphaScale : uint8_t { kUnit, kByte };

// "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", "rgb(…)", "rgba(…)" and the names of CSS Color 4 §6.1,
// which include TTML2's; case does not matter. None: it is none of these.
[[nodiscard]] std::optional<CueColor> parse_color(std::string_view text, AlphaScale alpha);

}  // namespace playhead::text
