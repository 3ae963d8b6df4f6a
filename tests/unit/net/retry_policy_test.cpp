// SPDX-License-Identifier: Apache-2.0
#include "net/retry_policy.h"

#include <algorithm>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("retry: only what may pass by itself is tried again") {
  struct Case {
    std::string name;
    ErrorCode code;
    int status;
    bool retries;
    bool retries_post;  // a request that must not be sent twice
  };
  const Case cases[] = {
      {"unreachable", ErrorCode::kNetworkUnreachable, 0, true, true},
      {"timeout", ErrorCode::kNetworkTimeout, 0, true, false},
      {"connection lost", ErrorCode::kConnectionLost, 0, true, false},
      {"400", ErrorCode::kHttpStatus, 400, false, false},
      {"401", ErrorCode::kUnauthorized, 401, false, false},
      {"403", ErrorCode::kForbidden, 403, false, false},
      {"404", ErrorCode::kNotFound, 404, false, false},
      {"408", ErrorCode::kHttpStatus, 408, true, false},
      {"410", ErrorCode::kNotFound, 410, false, false},
      {"416", ErrorCode::kHttpStatus, 416, false, false},
      {"425", ErrorCode::kHttpStatus, 425, true, false},
      {"429", ErrorCode::kServerBusy, 429, true, true},
      {"451", ErrorCode::kHttpStatus, 451, false, false},
      {"500", ErrorCode::kHttpStatus, 500, true, false},
      {"502", ErrorCode::kHttpStatus, 502, true, false},
      {"503", ErrorCode::kServerBusy, 503, true, true},
      {"504", ErrorCode::kHttpStatus, 504, true, false},
      {"599", ErrorCode::kHttpStatus, 599, true, false},
      {"302", ErrorCode::kHttpStatus, 302, false, false},
      {"too many redirects", ErrorCode::kTooManyRedirects, 0, false, false},
      {"forbidden scheme", ErrorCode::kForbiddenScheme, 0, false, false},
      {"too large", ErrorCode::kTooLarge, 0, false, false},
      {"TLS", ErrorCode::kTlsFailure, 0, false, false},
      {"bad URL", ErrorCode::kInvalidUrl, 0, false, false},
      {"bad response", ErrorCode::kBadResponse, 0, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    RetryInputs in;
    in.code = c.code;
    in.status = c.status;
    CHECK(decide_retry(in, {}).retries == c.retries);
    in.is_idempotent = false;
    CHECK(decide_retry(in, {}).retries == c.retries_post);
  }
}

TEST_CASE("retry: waits a random part of a bound that doubles up to its limit") {
  struct Case {
    int failed_attempts;
    Duration bound;
  };
  const Case cases[] = {{1, 500ms}, {2, 1s}, {3, 2s}, {4, 4s}, {5, 8s}, {6, 8s}, {1000, 8s}};
  std::mt19937_64 random(1);
  for (const Case& c : cases) {
    CAPTURE(c.failed_attempts);
    RetryInputs in;
    in.code = ErrorCode::kConnectionLost;
    in.failed_attempts = c.failed_attempts;
    Duration least = c.bound;
    Duration most{0};
    for (int i = 0; i < 2000; ++i) {
      in.random = random();
      const RetryDecision decision = decide_retry(in, {});
      REQUIRE(decision.retries);
      least = std::min(least, decision.delay);
      most = std::max(most, decision.delay);
    }
    CHECK(least >= Duration{0});
    CHECK(least < c.bound / 50);
    CHECK(most <= c.bound);
    CHECK(most > c.bound * 49 / 50);
  }
}

TEST_CASE("retry: the bound itself is reachable and zero too") {
  RetryInputs in;
  in.code = ErrorCode::kConnectionLost;
  in.random = 500'000;
  CHECK(decide_retry(in, {}) == RetryDecision{true, 500ms});
  in.random = 500'001;
  CHECK(decide_retry(in, {}) == RetryDecision{true, 0ms});
}

TEST_CASE("retry: ends with its budget") {
  struct Case {
    std::string name;
    Duration elapsed;
    uint64_t delay_us;
    bool retries;
  };
  const Case cases[] = {{"within", 29s, 500'000, true},
                        {"to the microsecond", 29s + 500ms, 500'000, true},
                        {"the wait would pass it", 29s + 500ms + 1us, 500'000, false},
                        {"over", 30s, 0, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    RetryInputs in;
    in.code = ErrorCode::kNetworkTimeout;
    in.elapsed = c.elapsed;
    in.random = c.delay_us;
    CHECK(decide_retry(in, {}).retries == c.retries);
  }
}

TEST_CASE("retry: Retry-After is obeyed exactly, up to its limit") {
  struct Case {
    std::string name;
    Duration elapsed;
    Duration retry_after;
    RetryDecision decision;
  };
  const Case cases[] = {{"zero", 0s, 0s, {true, 0s}},
                        {"longer than any backoff", 1s, 20s, {true, 20s}},
                        {"beyond the budget, once", 1s, 60s, {true, 60s}},
                        {"at the limit", 0s, 120s, {true, 120s}},
                        {"beyond the limit", 0s, 120s + 1us, {}},
                        {"when the budget is over", 30s, 1s, {}}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    RetryInputs in;
    in.code = ErrorCode::kServerBusy;
    in.status = 503;
    in.elapsed = c.elapsed;
    in.retry_after = c.retry_after;
    in.random = 12345;
    CHECK(decide_retry(in, {}) == c.decision);
  }
}

TEST_CASE("retry: a budget of nothing means no second attempt") {
  RetryInputs in;
  in.code = ErrorCode::kConnectionLost;
  RetryConfig config;
  config.budget = 0s;
  CHECK_FALSE(decide_retry(in, config).retries);
}

}  // namespace
}  // namespace playhead
