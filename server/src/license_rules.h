// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

// The product's rules about licences. Pure; any thread.
namespace playhead::server {

// Longest life of a licence that may be configured, in s: ten years.
inline constexpr int64_t kMaxLicenseSeconds = int64_t{10} * 366 * 86'400;

// Who does not say how well it keeps keys is taken for software without protection.
inline constexpr int kLowestLevel = 1000;

// Tallest picture whose key a security level gets (product requirement): 3000 is hardware with a
// protected output, 2000 software with one. 0 = no limit.
[[nodiscard]] constexpr int max_height(int level) {
  if (level >= 3000) return 0;
  return level >= 2000 ? 1080 : 720;
}

[[nodiscard]] constexpr bool level_opens(int level, int height) {
  return max_height(level) == 0 || height <= max_height(level);
}

// When a client should come back for a new licence: at three quarters of its life, so that a
// service that is away for a while does not end playback.
[[nodiscard]] constexpr int64_t renew_after_s(int64_t now_s, int64_t expires_at_s) {
  return now_s + std::max<int64_t>(0, expires_at_s - now_s) * 3 / 4;
}

}  // namespace playhead::server
