// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "handles.h"
#include "playhead/drm_config.h"
#include "playhead/log.h"

namespace playhead::capi {

// What an app set up for protected titles. `theirs` may be null: Clear Key alone. Systems and
// modules are tried once: what cannot be used is an error here, not at the first title. `log`,
// their lines go there, may be null. Errors: kInvalidArgument, kDrmModule. Hooks and host are taken in
// any case.
[[nodiscard]] Result<DrmConfig> make_drm_config(const playhead_drm_config* theirs,
                                                const std::shared_ptr<LogSink>& log);

}  // namespace playhead::capi
