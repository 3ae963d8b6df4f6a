// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "playhead/time.h"

namespace playhead {

// URLs whose hosts asked to be left alone (Retry-After). Whoever wants them again meanwhile, as
// after a seek, waits for the rest of that time, or is told so without a request when a fetch has
// given up over it. One for all that a player asks for, whichever title it is for. One thread.
class HeldUrls {
 public:
  struct Hold {
    MonotonicTime until;
    bool is_given_up = false;
  };
  void hold(const std::string& url, Hold hold) {
    if (urls_.size() >= kMaxUrls) urls_.clear();
    urls_[key_of(url)] = hold;
  }
  // Nothing when it may be asked for.
  [[nodiscard]] std::optional<Hold> find(const std::string& url, MonotonicTime now) {
    const auto found = urls_.find(key_of(url));
    if (found == urls_.end()) return std::nullopt;
    if (found->second.until > now) return found->second;
    urls_.erase(found);
    return std::nullopt;
  }
  // A person asks again, or another network is there: all may be asked for at once.
  void forget() { urls_.clear(); }

 private:
  // Another signature, or another reload of the same playlist, is the same resource to its host.
  static std::string key_of(const std::string& url) { return url.substr(0, url.find('?')); }

  // More than are held while one title plays; beyond, one request too many for each.
  static constexpr std::size_t kMaxUrls = 256;
  std::map<std::string, Hold> urls_;
};

}  // namespace playhead
