// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "net/retry_policy.h"
#include "playhead/transport.h"
#include "session/api_access.h"
#include "session/api_status.h"

namespace playhead {

struct ApiRequest {
  std::string method = "GET";
  std::string path;                  // from the base URL, with query
  std::string body;                  // JSON
  std::string pin;                   // of the profile it is for; empty: none is sent
  std::optional<RetryConfig> retry;  // none: one attempt
};

// Makes one call to the service: asks for the token, sends, refreshes the token once after a 401,
// repeats as decide_retry() says, feeds the service's clock.
// Token and PIN travel as `Request::credentials` only, so never to another origin. Redirects are
// not followed: the API has none.
//
// `done` runs on `executor`, once: with the last answer of any status, or with the error of the
// last attempt (Transport's errors; kTimedOut when the app gives no token within 30 s; the token
// provider's errors; kInvalidUrl for a base URL that is not http(s)).
CancelHandle start_api_call(ApiAccess& access, Transport& transport, Executor& executor,
                            ApiRequest request, UniqueFunction<void(Result<ApiReply>)> done);

}  // namespace playhead
