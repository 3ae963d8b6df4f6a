// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/abr/limits.h"
#include "playhead/abr/settings.h"
#include "playhead/config.h"
#include "playhead/events.h"
#include "playhead/presentation.h"

namespace playhead {

// What the app asked for in the words of abr/.
[[nodiscard]] abr::Settings settings_of(AbrPreset preset);
// `smooth_height`: of abr::DroppedFrames.
[[nodiscard]] abr::LimitInputs limit_inputs(const PictureLimits& limits, int smooth_height);
[[nodiscard]] abr::LimitCandidate limit_candidate(const Representation& representation);
[[nodiscard]] PictureLimit picture_limit(abr::Limit limit);

}  // namespace playhead
