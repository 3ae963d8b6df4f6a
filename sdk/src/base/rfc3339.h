// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/time.h"

namespace playhead {

// "2026-01-02T03:04:05.678Z" (RFC 3339 §5.6): UTC with milliseconds, rounded down; times outside
// the years 0..9999 are clamped to them. Its counterpart is parse_iso_date_time().
[[nodiscard]] std::string format_rfc3339(WallTime time);

}  // namespace playhead
