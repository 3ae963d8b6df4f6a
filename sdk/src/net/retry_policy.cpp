// SPDX-License-Identifier: Apache-2.0
#include "net/retry_policy.h"

#include <algorithm>

namespace playhead {

namespace {

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

Duration backoff(int failed_attempts, uint64_t random, const RetryConfig& config) {
  return jittered(backoff_bound(failed_attempts, config), random);
}

RetryDecision decide_retry(const RetryInputs& in, const RetryConfig& config) {
  if (!is_worth_retrying(in) || in.elapsed >= config.budget) return {};
  if (in.retry_after) {
    if (*in.retry_after > config.max_retry_after) return {};
    return {true, std::max(*in.retry_after, config.least_interval - in.since_attempt)};
  }
  const Duration delay = std::max(backoff(in.failed_attempts, in.random, config),
                                  config.least_interval - in.since_attempt);
  if (in.elapsed + delay > config.budget) return {};
  return {true, delay};
}

}  // namespace playhead
