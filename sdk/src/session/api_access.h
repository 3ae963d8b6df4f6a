// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "net/server_clock.h"
#include "session/credentials.h"

namespace playhead {

// Which of the account's profiles everything is for, and its PIN. Thread-safe.
class ActingProfile {
 public:
  struct Choice {
    std::string profile_id;  // empty: the default one
    std::string pin;         // empty: none
  };

  void choose(Choice choice) {
    const std::lock_guard lock(mutex_);
    choice_ = std::move(choice);
  }
  [[nodiscard]] std::string id() const {
    const std::lock_guard lock(mutex_);
    return choice_.profile_id;
  }
  // Of `profile_id`: what was given when it was chosen; else empty.
  [[nodiscard]] std::string pin_of(const std::string& profile_id) const {
    const std::lock_guard lock(mutex_);
    return profile_id == choice_.profile_id ? choice_.pin : std::string();
  }

 private:
  mutable std::mutex mutex_;
  Choice choice_;  // under mutex_
};

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
  ActingProfile profile;
};

}  // namespace playhead
