// SPDX-License-Identifier: Apache-2.0
#include "player/network_memory.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/decimal.h"

namespace playhead {

namespace {

constexpr const char* kCollection = "networks";
// In front of a name: keys must not be empty.
constexpr char kKeyPrefix = 'n';

// A line that carried so much an hour ago does so now; within a week households and cells change
// (chosen).
constexpr Duration kFresh = 1h;
constexpr Duration kForgotten = 24h * 7;
constexpr Duration kBetweenWrites = 1min;
// More is taken for this much; keeps products in 64 bits.
constexpr int64_t kMostBps = int64_t{1} << 40;

std::string text_of(Bitrate throughput, WallTime at) {
  return std::to_string(throughput.bps) + " " + std::to_string(at.us / 1'000'000);
}

// Nothing: not what this library wrote.
std::optional<std::pair<Bitrate, WallTime>> read(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  const auto bps = parse_uint64(std::string_view(text).substr(0, space));
  const auto seconds = parse_uint64(std::string_view(text).substr(space + 1));
  constexpr uint64_t kMostSeconds = uint64_t{1} << 40;
  if (!bps || !seconds || *bps == 0 || *bps > uint64_t{kMostBps} || *seconds > kMostSeconds)
    return std::nullopt;
  return std::pair{Bitrate{static_cast<int64_t>(*bps)},
                   WallTime{static_cast<int64_t>(*seconds) * 1'000'000}};
}

}  // namespace

Bitrate aged(Bitrate measured, Duration age) {
  if (age > kForgotten) return {};
  if (age < Duration{0}) age = kForgotten;
  const int64_t stale_s = std::max(age - kFresh, Duration{0}).count() / 1'000'000;
  const int64_t span_s = (kForgotten - kFresh).count() / 1'000'000;
  return {measured.bps - measured.bps * stale_s / span_s / 2};
}

NetworkMemory::NetworkMemory(Store& store, Executor& executor)
    : store_(store), executor_(executor), state_(std::make_shared<State>()) {
  store_.list(kCollection, "", 1000, executor_,
              [weak = std::weak_ptr(state_)](Result<std::vector<StoreRecord>> records) {
                const auto state = weak.lock();
                if (state && records) take(*state, *records);
              });
}

void NetworkMemory::take(State& state, const std::vector<StoreRecord>& records) {
  const std::lock_guard lock(state.mutex);
  for (const StoreRecord& record : records) {
    if (record.key.empty() || record.key.front() != kKeyPrefix) continue;
    if (const auto known = read(record.value)) {
      // What was measured meanwhile is newer.
      state.networks.try_emplace(record.key.substr(1), Measurement{known->first, known->second});
    }
  }
  forget_oldest(state.networks);
}

std::vector<std::string> NetworkMemory::forget_oldest(
    std::map<std::string, Measurement>& networks) {
  std::vector<std::string> names;
  while (networks.size() > kMaxNetworks) {
    const auto oldest =
        std::min_element(networks.begin(), networks.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    names.push_back(oldest->first);
    networks.erase(oldest);
  }
  return names;
}

bool NetworkMemory::set_network(std::string name) {
  if (name.size() > kMaxNameBytes) return false;
  const std::lock_guard lock(state_->mutex);
  if (name == name_) return true;
  name_ = std::move(name);
  ++network_;
  written_.reset();
  return true;
}

int NetworkMemory::network() const {
  const std::lock_guard lock(state_->mutex);
  return network_;
}

Bitrate NetworkMemory::recall() const {
  const WallTime now = executor_.wall_now();
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->networks.find(name_);
  if (found == state_->networks.end()) return {};
  return aged(found->second.throughput, now - found->second.at);
}

void NetworkMemory::remember(Bitrate throughput, int network, bool is_last) {
  if (throughput.bps <= 0) return;
  throughput.bps = std::min(throughput.bps, kMostBps);
  const WallTime wall_now = executor_.wall_now();
  const MonotonicTime now = executor_.now();
  std::vector<StoreWrite> writes;
  {
    const std::lock_guard lock(state_->mutex);
    if (network != network_) return;
    state_->networks[name_] = {throughput, wall_now};
    if (!is_last && written_ && now - *written_ < kBetweenWrites) return;
    written_ = now;
    writes.push_back({StoreWrite::Kind::kPut, kCollection, kKeyPrefix + name_,
                      text_of(throughput, wall_now), 0});
    for (const std::string& name : forget_oldest(state_->networks)) {
      writes.push_back({StoreWrite::Kind::kErase, kCollection, kKeyPrefix + name, "", 0});
    }
  }
  // Lost, it is measured again.
  store_.write(std::move(writes), executor_, [](const Result<uint64_t>&) {});
}

}  // namespace playhead
