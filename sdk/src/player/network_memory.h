// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/executor.h"
#include "playhead/store.h"

namespace playhead {

// What is left of a measurement of that age: all of it for an hour, half after a week, then
// nothing. An age below zero tells that a clock was set back: half is left. Pure.
[[nodiscard]] Bitrate aged(Bitrate measured, Duration age);

// What was measured on each network, kept in the store beyond the process. Any thread.
class NetworkMemory {
 public:
  // Longest name of a network, in bytes.
  static constexpr std::size_t kMaxNameBytes = 256;
  // Networks remembered; the one not seen for longest is forgotten.
  static constexpr std::size_t kMaxNetworks = 64;

  // Begins to read what is there; until it is, nothing is remembered. `store` and `executor`
  // outlive this.
  NetworkMemory(Store& store, Executor& executor);

  // The network from now on. False: the name is too long.
  bool set_network(std::string name);
  // Which network it is by now; tells measurements of the last one apart.
  [[nodiscard]] int network() const;

  // Aged; 0 unknown.
  [[nodiscard]] Bitrate recall() const;
  // What was measured on network(); of another one it is not remembered. Written at most once a
  // minute, and when `is_last`.
  void remember(Bitrate throughput, int network, bool is_last);

 private:
  struct Measurement {
    Bitrate throughput;
    WallTime at;
  };
  struct State {
    mutable std::mutex mutex;
    std::map<std::string, Measurement> networks;  // by name
  };
  static void take(State& state, const std::vector<StoreRecord>& records);
  // Names of networks beyond the bound are taken out; they are to be erased from the store.
  static std::vector<std::string> forget_oldest(std::map<std::string, Measurement>& networks);

  Store& store_;
  Executor& executor_;
  const std::shared_ptr<State> state_;  // shared with the store's answer
  // Under state_->mutex.
  std::string name_;
  int network_ = 0;
  std::optional<MonotonicTime> written_;
};

}  // namespace playhead
