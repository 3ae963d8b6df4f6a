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
  return level != SecurityLevel::kNone && fits_height(max_height_of(level), width, height);
}

bool fits_height(int max_height, int width, int height) {
  if (max_height <= 0) return true;
  if (width <= 0 || height <= 0) return false;
  const int64_t lines = max_height;
  const int64_t pixels = static_cast<int64_t>(width) * height;
  return std::min(width, height) <= lines && pixels <= lines * lines * 16 / 9;
}

int max_height_of(SecurityLevel level) {
  if (level == SecurityLevel::kSl3000) return 0;
  return level == SecurityLevel::kSl2000 ? 1080 : 720;
}

}  // namespace playhead
