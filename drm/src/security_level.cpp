// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/security_level.h"

#include <algorithm>
#include <cstdint>

namespace playhead {

SecurityLevel effective_level(SecurityLevel level, OutputProtection output) {
  const bool is_protected =
      output != OutputProtection::kUnknown && output != OutputProtection::kNone;
  const bool is_best =
      output == OutputProtection::kHdcp2_2 || output == OutputProtection::kInternal;
  if (level == SecurityLevel::kSl3000 && !is_best) level = SecurityLevel::kSl2000;
  if (level == SecurityLevel::kSl2000 && !is_protected) level = SecurityLevel::kSl1000;
  return level;
}

bool allows(SecurityLevel level, int width, int height) {
  if (level == SecurityLevel::kSl3000) return true;
  if (level == SecurityLevel::kNone || width <= 0 || height <= 0) return false;
  const int64_t lines = level == SecurityLevel::kSl2000 ? 1080 : 720;
  const int64_t columns = level == SecurityLevel::kSl2000 ? 1920 : 1280;
  const int64_t pixels = static_cast<int64_t>(width) * height;
  return std::min(width, height) <= lines && pixels <= lines * columns;
}

}  // namespace playhead
