// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "manifest/dash/mpd.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

namespace playhead::dash {

// Maps an MPD onto the common model: Period times, inheritance, BaseURLs, segments. Pure; any
// thread. Left out, and counted as warnings: AdaptationSets of unknown kind or whose media cannot
// be addressed, Periods without any AdaptationSet. Left out silently: trick-mode and thumbnail
// sets. Representation ids get their Period's id in front when there are several Periods.
// kManifestEmpty when nothing is left.
[[nodiscard]] Result<Presentation> make_presentation(const Mpd& mpd);

}  // namespace playhead::dash
