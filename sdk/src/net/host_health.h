// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "playhead/time.h"

namespace playhead {

struct HealthConfig {
  // How long a host that failed is passed over where there is another; doubles with every failure
  // after a probe, up to `max_ban`. Longer: a host that is well again is used later. Shorter: more
  // requests find out that it is not.
  Duration first_ban = 10s;
  Duration max_ban = 300s;
  // Failures in a row before it is passed over: one lost connection says little on a bad link.
  int failures_allowed = 1;
  // A probe that has told nothing by then is forgotten, and the next request is one.
  Duration probe_limit = 10s;
};

// What is known about one host. Pure; times are given.
class HealthRecord {
 public:
  void succeed() { *this = HealthRecord(); }
  // `retry_after`: what it asked for. `is_certain`: it cannot be reached; one such failure counts
  // for all that are allowed.
  void fail(MonotonicTime now, std::optional<Duration> retry_after, bool is_certain,
            const HealthConfig& config);
  // It may be asked at `now`.
  [[nodiscard]] bool is_usable(MonotonicTime now) const;
  // The request about to be sent finds out whether it is well again; others keep away meanwhile.
  void begin_probe(MonotonicTime now, const HealthConfig& config);

 private:
  int failures_ = 0;  // in a row
  Duration ban_{0};   // the last one; 0: not passed over
  MonotonicTime banned_until_;
  bool is_probing_ = false;
};

// Which hosts answer, shared by all players of a Client: what one has found out the others need not
// find out again. A host is passed over for a while after it failed, then the next request that
// would like to use it is the probe that brings traffic back or keeps it away for longer. Only ever
// a preference: whoever has no other place asks a banned host. Any thread.
class HostHealth {
 public:
  explicit HostHealth(HealthConfig config = {}) : config_(config) {}

  // `url`: any URL of the host; scheme, host and port count.
  [[nodiscard]] bool is_usable(const std::string& url, MonotonicTime now) const;
  // A request to it is sent now.
  void on_request(const std::string& url, MonotonicTime now);
  void on_success(const std::string& url);
  void on_failure(const std::string& url, MonotonicTime now,
                  std::optional<Duration> retry_after = std::nullopt, bool is_certain = false);
  // Another network: what was known says nothing any more.
  void forget();

 private:
  // More than a play ever meets; a manifest that names more hosts makes the book begin anew.
  static constexpr std::size_t kMaxHosts = 256;

  const HealthConfig config_;
  mutable std::mutex mutex_;
  std::map<std::string, HealthRecord> hosts_;  // under mutex_; only those that failed
};

}  // namespace playhead
