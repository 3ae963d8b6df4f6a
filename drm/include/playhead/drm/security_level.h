// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/drm/drm_system.h"

// Pure: which pictures a security level may show.
namespace playhead {

// How well the output protects, as whoever owns the display says.
enum class OutputProtection : uint8_t {
  kUnknown,   // counts as kNone
  kNone,      // no HDCP
  kHdcp1,     // 1.0 … 1.4
  kHdcp2_2,   // 2.2 and later
  kInternal,  // a panel of the device's own: nothing to protect
};

// What of the level is left on that output: hardware decoding alone does not make kSl3000, and a
// protected output is part of kSl2000.
[[nodiscard]] SecurityLevel effective_level(SecurityLevel level, OutputProtection output);

// Whether encrypted pictures of that size may be shown. Width and height may be exchanged: 720 by
// 1280 is 720p. A size that is not known (0) is allowed with kSl3000 only.
[[nodiscard]] bool allows(SecurityLevel level, int width, int height);

// Whether pictures of that size are at most `max_height` high, and have no more pixels than 16:9 of
// that height; 0: any are. Width and height may be exchanged, a size that is not known (0) does not
// fit.
[[nodiscard]] bool fits_height(int max_height, int width, int height);

// The height that allows() grants; 0: any.
[[nodiscard]] int max_height_of(SecurityLevel level);

}  // namespace playhead
