// SPDX-License-Identifier: Apache-2.0
#include "session/api_status.h"

#include <doctest/doctest.h>

#include "playhead/result.h"

namespace playhead {

TEST_CASE("api_status: every status has its error and its verdict") {
  using Verdict = PostOutcome::Verdict;
  struct Case {
    int status;
    ErrorCode code;
    Verdict in_its_words;  // body is the service's JSON
    Verdict in_strange_words;
  };
  const Case cases[] = {
      {200, ErrorCode::kApiBadAnswer, Verdict::kRetry, Verdict::kRetry},
      {302, ErrorCode::kApiBadAnswer, Verdict::kRetry, Verdict::kRetry},
      {400, ErrorCode::kApiRejected, Verdict::kRefused, Verdict::kSuspicious},
      {401, ErrorCode::kUnauthorized, Verdict::kRetry, Verdict::kRetry},
      {403, ErrorCode::kNotEntitled, Verdict::kRefused, Verdict::kSuspicious},
      {404, ErrorCode::kNotFound, Verdict::kRefused, Verdict::kSuspicious},
      {408, ErrorCode::kNetworkTimeout, Verdict::kRetry, Verdict::kRetry},
      {413, ErrorCode::kApiRejected, Verdict::kRefused, Verdict::kSuspicious},
      {422, ErrorCode::kApiRejected, Verdict::kRefused, Verdict::kSuspicious},
      {429, ErrorCode::kServerBusy, Verdict::kRetry, Verdict::kRetry},
      {500, ErrorCode::kHttpStatus, Verdict::kRetry, Verdict::kRetry},
      {503, ErrorCode::kServerBusy, Verdict::kRetry, Verdict::kRetry},
      {511, ErrorCode::kHttpStatus, Verdict::kRetry, Verdict::kRetry},
      {999, ErrorCode::kApiBadAnswer, Verdict::kRetry, Verdict::kRetry},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    const ApiReply own{c.status, R"({"error":{"code":"c","message":"Said so."}})", std::nullopt};
    const ApiReply strange{c.status, "<html>", std::nullopt};
    CHECK(error_of(own).code == c.code);
    CHECK(error_of(own).detail == c.status);
    CHECK(error_of(own).context == "Said so. [c]");
    CHECK(error_of(strange).context.empty());
    CHECK(outcome_of(own).verdict == c.in_its_words);
    CHECK(outcome_of(strange).verdict == c.in_strange_words);
  }
  CHECK(outcome_of(ApiReply{204, "", std::nullopt}).verdict == Verdict::kDelivered);
}

TEST_CASE("api_status: Retry-After is kept and told") {
  const ApiReply reply{503, R"({"error":{"code":"busy"}})", Duration{1500ms}};
  CHECK(error_of(reply).context == "busy; try again in 2 s");
  CHECK(outcome_of(reply).retry_after == Duration{1500ms});
}

TEST_CASE("api_status: without an answer only nonsense is final") {
  using Verdict = PostOutcome::Verdict;
  for (const ErrorCode code : {ErrorCode::kNetworkUnreachable, ErrorCode::kTlsFailure,
                               ErrorCode::kTimedOut, ErrorCode::kUnauthorized}) {
    CHECK(outcome_of(make_error(code, "")).verdict == Verdict::kRetry);
  }
  CHECK(outcome_of(make_error(ErrorCode::kInvalidArgument, "")).verdict == Verdict::kRefused);
}

}  // namespace playhead
