// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/time.h"

namespace playhead::test {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7); what is less than a second is cut off.
[[nodiscard]] std::string http_date(WallTime time);
// "1994-11-06T08:49:37.000Z", to the millisecond.
[[nodiscard]] std::string iso_date(WallTime time);

}  // namespace playhead::test
