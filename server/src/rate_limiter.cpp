// SPDX-License-Identifier: Apache-2.0
#include "rate_limiter.h"

#include <algorithm>
#include <functional>

namespace playhead::server {
namespace {

// Callers remembered per part. Above it those that asked nothing lately are forgotten, and were
// there still as many (a million active callers), all.
constexpr std::size_t kMaxBuckets = 65'536;

}  // namespace

int RateLimiter::seconds_to_wait(std::string_view caller) {
  if (limits_.per_second <= 0) return 0;
  const std::size_t hash = std::hash<std::string_view>()(caller);
  Part& part = parts_[hash % kParts];
  const int64_t now_ms = clock_.now_ms();
  const int64_t full = limits_.burst * 1000;
  const std::lock_guard lock(part.mutex);
  if (part.buckets.size() >= kMaxBuckets) forget_full(part, now_ms);
  const auto [entry, is_new] = part.buckets.try_emplace(hash, Bucket{full, now_ms});
  Bucket& bucket = entry->second;
  // Calls per second are thousandths per millisecond. A clock that was set back gives nothing.
  const int64_t passed_ms = std::max<int64_t>(0, now_ms - bucket.at_ms);
  if (passed_ms > full / limits_.per_second) {
    bucket.thousandths = full;
  } else {
    bucket.thousandths = std::min(full, bucket.thousandths + passed_ms * limits_.per_second);
  }
  bucket.at_ms = now_ms;
  if (bucket.thousandths >= 1000) {
    bucket.thousandths -= 1000;
    return 0;
  }
  const int64_t wait_ms = (1000 - bucket.thousandths) / limits_.per_second;
  return static_cast<int>(wait_ms / 1000 + 1);
}

void RateLimiter::forget_full(Part& part, int64_t now_ms) const {
  const int64_t full_after_ms = limits_.burst * 1000 / limits_.per_second;
  for (auto it = part.buckets.begin(); it != part.buckets.end();) {
    it = now_ms - it->second.at_ms >= full_after_ms ? part.buckets.erase(it) : std::next(it);
  }
  if (part.buckets.size() >= kMaxBuckets) part.buckets.clear();
}

}  // namespace playhead::server
