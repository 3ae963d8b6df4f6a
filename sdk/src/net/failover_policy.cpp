// SPDX-License-Identifier: Apache-2.0
#include "net/failover_policy.h"

#include <algorithm>

namespace playhead {

namespace {

// At one place before another is tried, when what failed may have been chance.
constexpr int kAttemptsBeforeMoving = 2;

bool may_be_chance(const RetryInputs& failure) {
  if (failure.retry_after) return false;
  if (failure.status != 0) return failure.status >= 500 && failure.status != 503;
  return failure.code == ErrorCode::kConnectionLost;
}

// When a place can have its next attempt.
Duration wait_for(const PlaceState& place, const FailoverInputs& in, const RetryConfig& config) {
  const MonotonicTime asked = place.not_before.value_or(in.now);
  if (place.attempts == 0) return std::max(asked - in.now, Duration{0});
  const MonotonicTime bound = std::max(
      asked, place.last_attempt + std::max(config.least_interval,
                                           backoff(place.attempts, in.failure.random, config)));
  return std::max(bound - in.now, Duration{0});
}

}  // namespace

std::size_t first_place(std::span<const PlaceState> places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i].is_passed_over) return i;
  }
  return 0;
}

FailoverDecision decide_failover(const FailoverInputs& in, const RetryConfig& config) {
  const PlaceState& current = in.places[in.current];
  if (in.places.size() == 1) {
    const RetryDecision decision = decide_retry(in.failure, config);
    return {decision.retries, in.current, decision.delay};
  }
  const bool stays =
      !current.is_hopeless && current.attempts < kAttemptsBeforeMoving && may_be_chance(in.failure);
  if (stays) {
    const RetryDecision same = decide_retry(in.failure, config);
    if (same.retries) return {true, in.current, same.delay};
  }
  // Untried before tried, well before passed over, then whoever can be asked first.
  const auto rank = [&](const PlaceState& place) {
    const Duration wait = wait_for(place, in, config);
    const bool must_wait = place.attempts > 0 || wait > Duration{0};
    return std::pair(must_wait ? 2 : place.is_passed_over ? 1 : 0, wait);
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < in.places.size(); ++i) {
    if (in.places[i].is_hopeless) continue;
    if (!best || rank(in.places[i]) < rank(in.places[*best])) best = i;
  }
  if (!best) return {};
  const Duration delay = wait_for(in.places[*best], in, config);
  const bool is_late = in.failure.elapsed + delay > config.budget;
  const bool is_first_wait = in.places[*best].not_before && in.failure.elapsed < config.budget &&
                             delay <= config.max_retry_after;
  if (is_late && !is_first_wait) return {};
  return {true, *best, delay};
}

}  // namespace playhead
