// SPDX-License-Identifier: Apache-2.0
#include "player/host_memory.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/decimal.h"
#include "base/url.h"

namespace playhead {

namespace {

constexpr const char* kHosts = "hosts";

// A service that has moved its media is not met by connections for longer than that (chosen).
constexpr Duration kUsedWithin = 24h;
// That a host is still used is written so often (chosen: seldom enough to cost nothing).
constexpr Duration kWriteEvery = 1h;

// "https://cdn.example:443"; empty: it is no http(s) URL.
std::string origin_of(const std::string& url) {
  const auto origin = url_origin(url);
  if (!origin || (origin->scheme != "http" && origin->scheme != "https")) return {};
  return origin->scheme + "://" + origin->host + ":" + std::to_string(origin->port);
}

}  // namespace

HostMemory::HostMemory(Store& store, Executor& executor)
    : store_(store), executor_(executor), state_(std::make_shared<State>()) {
  store_.list(kHosts, "", 100, executor_,
              [weak = std::weak_ptr(state_)](Result<std::vector<StoreRecord>> records) {
                const auto state = weak.lock();
                if (!state || !records) return;
                const std::lock_guard lock(state->mutex);
                for (const StoreRecord& record : *records) {
                  const auto seconds = parse_uint64(record.value);
                  constexpr uint64_t kMostSeconds = uint64_t{1} << 40;
                  if (!seconds || *seconds > kMostSeconds || origin_of(record.key).empty()) continue;
                  const WallTime at{static_cast<int64_t>(*seconds) * 1'000'000};
                  state->used.try_emplace(record.key, at);
                }
                forget_oldest(state->used);
              });
}

std::vector<std::string> HostMemory::forget_oldest(std::map<std::string, WallTime>& used) {
  std::vector<std::string> forgotten;
  while (used.size() > kMaxHosts) {
    const auto oldest = std::min_element(
        used.begin(), used.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    forgotten.push_back(oldest->first);
    used.erase(oldest);
  }
  return forgotten;
}

void HostMemory::preconnect(Transport& transport, const std::string& asked) const {
  const WallTime now = executor_.wall_now();
  const std::string own = origin_of(asked);
  std::vector<std::string> origins;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [origin, at] : state_->used) {
      const bool is_fresh = now - at <= kUsedWithin && at - now <= kUsedWithin;
      if (is_fresh && origin != own) origins.push_back(origin);
    }
  }
  for (const std::string& origin : origins) transport.preconnect(origin + "/");
}

void HostMemory::remember(const std::string& url) {
  std::string origin = origin_of(url);
  if (origin.empty()) return;
  const WallTime now = executor_.wall_now();
  std::vector<StoreWrite> writes;
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->used.find(origin);
    const bool is_known = found != state_->used.end() && now >= found->second &&
                          now - found->second < kWriteEvery;
    if (is_known) return;
    state_->used[origin] = now;
    for (const std::string& other : forget_oldest(state_->used)) {
      writes.push_back({StoreWrite::Kind::kErase, kHosts, other, "", 0});
    }
    writes.push_back({StoreWrite::Kind::kPut, kHosts, std::move(origin),
                      std::to_string(now.us / 1'000'000), 0});
  }
  // Lost, it is learnt again.
  store_.write(std::move(writes), executor_, [](const Result<uint64_t>&) {});
}

}  // namespace playhead
