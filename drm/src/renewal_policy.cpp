// SPDX-License-Identifier: Apache-2.0
#include "renewal_policy.h"

#include <algorithm>

namespace playhead::drm {
namespace {

// Of the lifetime, in 1/1000 (product requirement: 90 %, jitter of 10 % of that).
constexpr int64_t kRenewalPermille = 900;
constexpr int64_t kJitterPermille = 90;
// What is left for a renewal at the least. Chosen: as long as a licence service is waited for.
constexpr Duration kHeadroom = 30s;
constexpr int64_t kHeadroomPart = 20;

constexpr Duration kFirstRetry = 1s;
constexpr Duration kLongestRetry = 1min;

// permille <= 1000, so that nothing overflows.
Duration part_of(Duration whole, int64_t permille) {
  return whole / 1000 * permille + whole % 1000 * permille / 1000;
}

Duration latest_of(Duration lifetime) {
  return lifetime - std::min(kHeadroom, lifetime / kHeadroomPart);
}

}  // namespace

Duration renewal_delay(Duration lifetime, uint64_t random) {
  if (lifetime <= Duration{0}) return Duration{0};
  const auto spread = static_cast<int64_t>(random % (2 * kJitterPermille + 1));
  const Duration point = part_of(lifetime, kRenewalPermille - kJitterPermille + spread);
  return std::min(point, latest_of(lifetime));
}

Duration renewal_delay(std::optional<Duration> lifetime, Duration wished) {
  if (!lifetime) return std::max(wished, kSoonestRenewal);
  if (*lifetime <= Duration{0}) return Duration{0};
  const Duration soonest = std::min(kSoonestRenewal, *lifetime / 2);
  return std::min(std::max(wished, soonest), latest_of(*lifetime));
}

Duration renewal_retry_delay(int failures, uint64_t random) {
  Duration delay = kFirstRetry;
  for (int i = 1; i < failures && delay < kLongestRetry; ++i) delay *= 2;
  delay = std::min(delay, kLongestRetry);
  const auto half = static_cast<uint64_t>(delay.count() / 2);
  return delay - Duration{static_cast<int64_t>(random % (half + 1))};
}

}  // namespace playhead::drm
