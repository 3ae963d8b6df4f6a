// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/drm/cdm.h"
#include "playhead/drm/drm_system.h"
#include "playhead/drm/license_store.h"

namespace playhead::drm {

// Makes the system a module serves; `store` is the host's, null where it has none.
using MakeSystem = std::unique_ptr<DrmSystem> (*)(LicenseStore* store);

// Any DrmSystem as the table of cdm.h. Called twice: for what the system is called, and by the
// table's start(). The table owns itself: its destroy() ends it.
[[nodiscard]] const playhead_cdm_system* export_system(MakeSystem make);

}  // namespace playhead::drm
