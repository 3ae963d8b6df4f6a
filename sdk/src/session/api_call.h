// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/held_urls.h"
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
  // The profile whose kept PIN is sent in the place of `pin`, at each attempt; none: `pin` it is.
  std::optional<std::string> pin_of = {};
  // Makes the body of that PIN (empty: there is none), in the place of `body` and the header.
  std::function<std::string(const std::string& pin)> body_of_pin = {};
  std::optional<RetryConfig> retry;  // none: one attempt
  // What the service asked to be left alone for is noted there under `held_as`, and kept to; null:
  // only between the attempts of this call.
  std::shared_ptr<HeldUrls> held;
  std::string held_as;
};

// Makes one call to the service: asks for the token, sends, refreshes the token once after a 401,
// repeats as decide_retry() says, feeds the service's clock. A kept PIN is sent when it is its turn
// (KeptPins), after 2 s at the latest, and not any more once the service calls it wrong. What is held already is waited for
// first, as a Retry-After of its own would be.
// Token and PIN travel as `Request::credentials` only, so never to another origin. Redirects are
// not followed: the API has none.
//
// `done` runs on `executor`, once: with the last answer of any status, or with the error of the
// last attempt (Transport's errors; kServerBusy, without a request, for what is held for longer
// than is waited; kTimedOut when the app gives no token within 30 s; the token
// provider's errors; kInvalidUrl for a base URL that is not http(s)).
CancelHandle start_api_call(ApiAccess& access, Transport& transport, Executor& executor,
                            ApiRequest request, UniqueFunction<void(Result<ApiReply>)> done);

}  // namespace playhead
