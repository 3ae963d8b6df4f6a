// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "playhead/time.h"

namespace playhead::test {

// A stretch of a link's life.
struct SimLinkPhase {
  Duration duration = 1h;
  int64_t bits_per_second = 20'000'000;  // 0: nothing passes
  Duration rtt = 20ms;
};

// A network path: its phases over and over, from the moment it is set.
struct SimLink {
  std::vector<SimLinkPhase> phases = {SimLinkPhase{}};
  // Round trips before a new connection carries a request: 2 = TCP and TLS 1.3.
  int handshake_round_trips = 2;
  // One connection per origin for all requests (HTTP/2), or one request per connection at a time.
  bool is_multiplexed = true;
  int max_connections_per_origin = 6;  // when not multiplexed

  [[nodiscard]] static SimLink constant(int64_t bits_per_second, Duration rtt = 20ms);
};

// Where a link is at a time.
struct SimLinkState {
  int64_t bits_per_second = 0;
  Duration rtt{0};
  MonotonicTime until;  // of the phase
};

// Looks phases up in logarithmic time. Pure.
class SimLinkClock {
 public:
  SimLinkClock(SimLink link, MonotonicTime start);
  [[nodiscard]] const SimLink& link() const { return link_; }
  [[nodiscard]] SimLinkState at(MonotonicTime now) const;

 private:
  SimLink link_;
  MonotonicTime start_;
  std::vector<int64_t> ends_us_;  // of the phases, from the start of a round
};

}  // namespace playhead::test
