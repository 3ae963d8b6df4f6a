// SPDX-License-Identifier: Apache-2.0
#include "net/host_health.h"

#include <algorithm>

#include "base/url.h"

namespace playhead {

namespace {

// Empty for what is no URL: all of those are one host.
std::string key_of(const std::string& url) {
  const auto origin = url_origin(url);
  if (!origin) return {};
  return origin->scheme + "://" + origin->host + ":" + std::to_string(origin->port);
}

}  // namespace

void HealthRecord::fail(MonotonicTime now, std::optional<Duration> retry_after, bool is_certain,
                        const HealthConfig& config) {
  failures_ = is_certain ? std::max(failures_, config.failures_allowed) + 1 : failures_ + 1;
  if (failures_ <= config.failures_allowed && !retry_after) return;
  // Failures of requests sent before it was found out say nothing new.
  if (ban_ == Duration{0}) {
    ban_ = config.first_ban;
  } else if (is_probing_) {
    ban_ = std::min(ban_ * 2, config.max_ban);
  } else if (!retry_after) {
    return;
  }
  is_probing_ = false;
  const Duration asked = std::min(retry_after.value_or(Duration{0}), config.max_ban);
  banned_until_ = now + std::max(ban_, asked);
}

bool HealthRecord::is_usable(MonotonicTime now) const { return now >= banned_until_; }

void HealthRecord::begin_probe(MonotonicTime now, const HealthConfig& config) {
  if (ban_ == Duration{0} || now < banned_until_) return;
  is_probing_ = true;
  banned_until_ = now + config.probe_limit;
}

bool HostHealth::is_usable(const std::string& url, MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  if (hosts_.empty()) return true;
  const auto found = hosts_.find(key_of(url));
  return found == hosts_.end() || found->second.is_usable(now);
}

void HostHealth::on_request(const std::string& url, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  if (hosts_.empty()) return;
  const auto found = hosts_.find(key_of(url));
  if (found != hosts_.end()) found->second.begin_probe(now, config_);
}

void HostHealth::on_success(const std::string& url) {
  const std::lock_guard lock(mutex_);
  if (!hosts_.empty()) hosts_.erase(key_of(url));
}

void HostHealth::on_failure(const std::string& url, MonotonicTime now,
                            std::optional<Duration> retry_after, bool is_certain) {
  const std::lock_guard lock(mutex_);
  if (hosts_.size() >= kMaxHosts) hosts_.clear();
  hosts_[key_of(url)].fail(now, retry_after, is_certain, config_);
}

void HostHealth::forget() {
  const std::lock_guard lock(mutex_);
  hosts_.clear();
}

}  // namespace playhead
