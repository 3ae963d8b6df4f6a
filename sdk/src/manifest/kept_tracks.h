// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "playhead/presentation.h"

namespace playhead {

// The Presentation with the Representations that `keeps` knows by their ids, each at its first
// place alone; AdaptationSets that keep none are left out, Periods stay. It is complete and stands
// on its own: what would ask somebody else where to go (content steering) is left out as well.
// Pure; any thread.
[[nodiscard]] std::shared_ptr<const Presentation> kept_tracks(
    const Presentation& presentation, const std::function<bool(const std::string& id)>& keeps);

}  // namespace playhead
