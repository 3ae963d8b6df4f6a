// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "net/server_clock.h"
#include "session/credentials.h"

namespace playhead {

// Which of the account's profiles everything is for, and the PINs of those that were chosen: a play
// or a download of one goes on when another is chosen. In memory alone. Thread-safe.
class ActingProfile {
 public:
  struct Choice {
    std::string profile_id;  // empty: the default one
    std::string pin;         // empty: none
  };

  void choose(Choice choice) {
    const std::lock_guard lock(mutex_);
    pins_.insert_or_assign(choice.profile_id, std::move(choice.pin));
    id_ = std::move(choice.profile_id);
  }
  [[nodiscard]] std::string id() const {
    const std::lock_guard lock(mutex_);
    return id_;
  }
  // Of `profile_id`: what was given when it was chosen last; else empty.
  [[nodiscard]] std::string pin_of(const std::string& profile_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = pins_.find(profile_id);
    return found == pins_.end() ? std::string() : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::string id_;                           // under mutex_
  std::map<std::string, std::string> pins_;  // under mutex_; by profile
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
