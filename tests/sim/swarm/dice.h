// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace playhead::swarm {

// Seeded randomness that is the same on every machine. Each subject draws from a stream of its own,
// so that one more draw here changes nothing there.
class Dice {
 public:
  Dice(uint64_t seed, std::string_view stream) : state_(mix(seed)) {
    for (const char c : stream) state_ = mix(state_ ^ static_cast<uint8_t>(c));
  }

  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    return mix(state_);
  }
  // 0 <= result < bound.
  int64_t below(int64_t bound) {
    return static_cast<int64_t>(next() % static_cast<uint64_t>(bound > 0 ? bound : 1));
  }
  // low <= result <= high.
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  // 0 <= result < 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  bool chance(double probability) { return unit() < probability; }
  // Every order of magnitude is as likely as the next.
  double log_between(double low, double high) {
    return low * std::exp(unit() * std::log(high / low));
  }
  template <typename T, std::size_t N>
  const T& pick(const T (&from)[N]) {
    return from[static_cast<std::size_t>(below(static_cast<int64_t>(N)))];
  }

 private:
  // SplitMix64's finaliser.
  static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }
  uint64_t state_;
};

}  // namespace playhead::swarm
