// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/error.h"
#include "playhead/time.h"

namespace playhead {

struct RetryConfig {
  // Time from the first attempt within which a new one may begin. Longer: rides out longer outages;
  // shorter: another location or Representation is tried sooner.
  Duration budget = 30s;
  // Upper bound of the first waiting time; doubles with every failure up to `max_delay`.
  Duration first_delay = 500ms;
  Duration max_delay = 8s;
  // Longest Retry-After obeyed; longer ones end the fetch.
  Duration max_retry_after = 120s;
  // Least time from the start of an attempt to that of the next at the same URL. Shorter: a start
  // over a bad line is quicker; longer: a host in trouble gets less of it.
  Duration least_interval = 1s;
};

struct RetryInputs {
  ErrorCode code = ErrorCode::kInternal;
  int status = 0;           // HTTP status, 0 when there was no answer
  int failed_attempts = 1;  // with this one
  Duration elapsed{0};      // since the first attempt began
  // Since the attempt that failed began; by default long ago.
  Duration since_attempt = Duration::max();
  std::optional<Duration> retry_after;
  bool is_idempotent = true;  // sending the request twice does no harm
  uint64_t random = 0;        // uniform 64 bits
};

struct RetryDecision {
  bool retries = false;
  Duration delay{0};

  friend bool operator==(const RetryDecision&, const RetryDecision&) = default;
};

// Whether and when a failed request is sent again. Pure; any thread.
// Retried: lost, unreachable and silent connections, 408, 425, 429, 5xx; nothing else. A request
// that is not idempotent only where the host cannot have acted on it: unreachable, 429, 503.
// Waits a uniform random part of the exponential bound (full jitter: clients that failed together
// do not come back together), or exactly Retry-After. A Retry-After may reach beyond the budget
// once; it counts as elapsed afterwards, so a host cannot hold a fetch for ever. Never sooner than
// RetryConfig::least_interval after the attempt that failed began.
[[nodiscard]] RetryDecision decide_retry(const RetryInputs& in, const RetryConfig& config);

// The random part of the bound after that many failures. Pure.
[[nodiscard]] Duration backoff(int failed_attempts, uint64_t random, const RetryConfig& config);

// The failure may pass by itself. Pure.
[[nodiscard]] bool is_worth_retrying(const RetryInputs& in);

}  // namespace playhead
