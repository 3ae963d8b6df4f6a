// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "net/server_clock.h"
#include "session/credentials.h"
#include "session/kept_pins.h"

namespace playhead {

// The default profile has two names: none, which is ours, and the one the service lists it by. What
// is kept by profile is kept under one. Pure.
inline std::string profile_key(std::string profile_id) {
  return profile_id == "default" ? std::string() : profile_id;
}

// Which of the account's profiles everything is for, and the PINs of those that were chosen: a play
// or a download of one goes on when another is chosen. In memory alone. Ids are profile_key()s.
// Thread-safe.
class ActingProfile {
 public:
  struct Choice {
    std::string profile_id;  // empty: the default one
    std::string pin;         // empty: none
  };

  // The service has accepted it, for a call made at `now`.
  void choose(Choice choice, MonotonicTime now) {
    pins_.keep(choice.profile_id, choice.pin, now);
    const std::lock_guard lock(mutex_);
    id_ = std::move(choice.profile_id);
  }
  [[nodiscard]] std::string id() const {
    const std::lock_guard lock(mutex_);
    return id_;
  }
  // The PIN of a profile was changed by this client; nothing where it was never chosen nor acts.
  void change_pin(const Choice& changed) {
    pins_.change(changed.profile_id, changed.pin, changed.profile_id == id());
  }
  [[nodiscard]] KeptPins& pins() { return pins_; }

 private:
  mutable std::mutex mutex_;
  std::string id_;  // under mutex_
  KeptPins pins_;
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
