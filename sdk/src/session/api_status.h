// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "session/api_types.h"

namespace playhead {

// What the service answered, whatever the status.
struct ApiReply {
  int status = 0;
  std::string body;
  std::optional<Duration> retry_after;
};

// What statuses and errors mean for the control plane. Pure.

// For a status that is no success: 401 kUnauthorized, 403 kNotEntitled, 404 kNotFound, 429 and 503
// kServerBusy, 408 kNetworkTimeout, other 4xx kApiRejected, other 5xx kHttpStatus, anything else
// kApiBadAnswer. Of a 403 whose code says why: kGeoBlocked, kMaturityBlocked, kPinRequired,
// kPinWrong, kDeviceUnsupported; of a 429 for wrong PINs kPinLocked. `detail` is the status,
// `context` the service's own words if it gave any.
[[nodiscard]] Error error_of(const ApiReply& reply);

// How a post that got this answer ended.
[[nodiscard]] PostOutcome outcome_of(const ApiReply& reply);
// How a post that got no answer ended.
[[nodiscard]] PostOutcome outcome_of(Error error);

}  // namespace playhead
