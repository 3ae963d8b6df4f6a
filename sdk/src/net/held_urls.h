// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "playhead/time.h"

namespace playhead {

// URLs whose hosts asked to be left alone (Retry-After) when their fetch was given up: whoever
// wants them again meanwhile waits, or is told so without a request. One thread.
class HeldUrls {
 public:
  void hold(const std::string& url, MonotonicTime until) {
    if (urls_.size() >= kMaxUrls) urls_.clear();
    urls_[key_of(url)] = until;
  }
  // Until when; nothing when it may be asked for.
  [[nodiscard]] std::optional<MonotonicTime> until(const std::string& url, MonotonicTime now) {
    const auto found = urls_.find(key_of(url));
    if (found == urls_.end()) return std::nullopt;
    if (found->second > now) return found->second;
    urls_.erase(found);
    return std::nullopt;
  }
  void forget() { urls_.clear(); }

 private:
  // Another signature, or another reload of the same playlist, is the same resource to its host.
  static std::string key_of(const std::string& url) { return url.substr(0, url.find('?')); }

  // More than are held while one title plays; beyond, one request too many for each.
  static constexpr std::size_t kMaxUrls = 256;
  std::map<std::string, MonotonicTime> urls_;
};

}  // namespace playhead
