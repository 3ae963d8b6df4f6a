// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "playhead/transport.h"
#include "session/api_access.h"

namespace playhead {

struct LicensePost {
  std::string url;  // see is_license_url()
  std::vector<HttpHeader> headers;
  std::string body;
  // Whose token goes with it; null: none. The URL is of its origin, and redirects are not followed.
  ApiAccess* access = nullptr;
  // From the call to the end, the waiting for the token with it. Longer: rides out longer outages;
  // shorter: a service that is away shows sooner.
  Duration patience = 30s;
  bool may_be_empty = false;  // the answer
};

// Sends a message to a licence service until there is an answer: asks for the token, refreshes it
// once after a 401, repeats as decide_retry() says, follows redirects that keep the body (307, 308)
// to places that is_license_url() allows; headers that do not describe the body stay with their
// origin. `done` runs on `executor`, once: with the body of a 2xx answer, or an error as
// LicenseFetcher has them.
CancelHandle start_license_call(Transport& transport, Executor& executor, LicensePost post,
                                UniqueFunction<void(Result<SharedBytes>)> done);

}  // namespace playhead
