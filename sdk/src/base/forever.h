// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/time.h"

namespace playhead {

// "Nothing to do" for whoever answers when to be asked again: far beyond any deadline, but safe to
// add to a time.
inline constexpr Duration kForever = std::chrono::hours(24);

}  // namespace playhead
