// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/offline/download.h"
#include "store/rows.h"
#include "trust/rights.h"

namespace playhead::offline {

// What the app is told of a download that is not under way. Pure.
[[nodiscard]] DownloadStatus status_of_row(const DownloadRow& row, const Verdict& verdict);

}  // namespace playhead::offline
