// SPDX-License-Identifier: Apache-2.0
#include "net/retry_policy.h"

#include <algorithm>

namespace playhead {

namespace {

bool is_worth_retrying(const RetryInputs& in) {
  const bool was_refused = in.status == 429 || in.status == 503;
  if (!in.is_idempotent && !was_refused) return in.code == ErrorCode::kNetworkUnreachable;
  if (in.status != 0) {
    return was_refused || in.status == 408 || in.status == 425 ||
           (in.status >= 500 && in.status <= 599);
  }
  return in.code == ErrorCode::kNetworkUnreachable || in.code == ErrorCode::kNetworkTimeout ||
         in.code == ErrorCode::kConnectionLost;
}

// Uniform in 0..bound.
Duration jittered(Duration bound, uint64_t random) {
  const auto range = static_cast<uint64_t>(bound.count()) + 1;
  return Duration{static_cast<int64_t>(random % range)};
}

Duration backoff_bound(int failed_attempts, const RetryConfig& config) {
  Duration bound = config.first_delay;
  for (int i = 1; i < failed_attempts && bound < config.max_delay; ++i) bound *= 2;
  return std::clamp(bound, Duration{0}, config.max_delay);
}

}  // namespace

RetryDecision decide_retry(const RetryInputs& in, const RetryConfig& config) {
  if (!is_worth_retrying(in) || in.elapsed >= config.budget) return {};
  if (in.retry_after) {
    if (*in.retry_after > config.max_retry_after) return {};
    return {true, *in.retry_after};
  }
  const Duration delay = jittered(backoff_bound(in.failed_attempts, config), in.random);
  if (in.elapsed + delay > config.budget) return {};
  return {true, delay};
}

}  // namespace playhead
