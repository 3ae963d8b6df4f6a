// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "net/server_clock.h"
#include "session/credentials.h"

namespace playhead {

// The account's way to the service, shared by all that calls it: where it is, with which token, and
// what time it is there. Thread-safe; outlives everything built on it.
struct ApiAccess {
  // `url`: "https://api.example.com" or with a path prefix; no query. A trailing slash is ignored.
  ApiAccess(std::string url, TokenProvider token)
      : base_url(std::move(url)), credentials(std::move(token)) {
    while (!base_url.empty() && base_url.back() == '/') base_url.pop_back();
  }

  std::string base_url;  // not changed after construction
  Credentials credentials;
  ServerClock clock;
};

}  // namespace playhead
