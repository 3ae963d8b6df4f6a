// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/swarm/invariants.h"
#include "sim/swarm/points.h"

namespace playhead::swarm {

// The situations of live titles; of others it sees none.
class LiveWitness {
 public:
  explicit LiveWitness(Points& points) : points_(points) {}

  void on_event(const Event& event, const Facts& facts);
  void on_status(const PlayerStatus& status, const Facts& facts);
  void on_request(const test::SimRecord& record, const Facts& facts);

 private:
  Points& points_;
  bool is_stale_ = false;
  std::optional<LiveStatus> status_;
  std::optional<Duration> least_target_;
};

}  // namespace playhead::swarm
