// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "manifest/dash/mpd.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

namespace playhead::dash {

// Maps an MPD onto the common model. `now` decides which segments of a dynamic one are listed
// (ISO/IEC 23009-1 A.3); without it all that is announced is. kManifestEmpty when nothing in it can
// be addressed.
[[nodiscard]] Result<Presentation> make_presentation(const Mpd& mpd,
                                                     std::optional<WallTime> now = std::nullopt);

}  // namespace playhead::dash
