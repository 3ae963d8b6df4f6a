// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "playhead/transport.h"
#include "session/api_access.h"
#include "session/api_status.h"
#include "session/backoff.h"

namespace playhead {

// How long a call is repeated when the network or the service fails for a while.
struct ApiRetry {
  Duration budget{30s};
  Backoff backoff{500ms, 8s};
};

struct ApiRequest {
  std::string method = "GET";
  std::string path;               // from the base URL, with query
  std::string body;               // JSON
  std::optional<ApiRetry> retry;  // none: one attempt
};

// Makes one call to the service: asks for the token, sends, refreshes the token once after a 401,
// repeats within the retry budget (Retry-After is honoured if it fits), feeds the service's clock.
// The token travels as `Request::credentials` only, so never to another origin. Redirects are not
// followed: the API has none.
//
// `done` runs on `executor`, once: with the last answer of any status, or with the error of the
// last attempt (Transport's errors; kTimedOut when the app gives no token within 30 s; the token
// provider's errors; kInvalidUrl for a base URL that is not http(s)).
CancelHandle start_api_call(ApiAccess& access, Transport& transport, Executor& executor,
                            ApiRequest request, UniqueFunction<void(Result<ApiReply>)> done);

}  // namespace playhead
