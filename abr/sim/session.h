// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ladder_file.h"
#include "playhead/abr/decision_log.h"
#include "policy.h"
#include "trace.h"

namespace playhead::abr_sim {

// How one segment came in.
struct SegmentPlay {
  std::size_t kept = 0;  // Representation played
  double pause_s = 0;    // the policy waited before it asked
  struct Dropped {
    std::size_t representation;
    double after_s;  // since its request
  };
  std::vector<Dropped> dropped;
  // For plots: when it was requested and complete, the buffer level then, and what the transfer
  // achieved.
  double requested_s = 0, completed_s = 0;
  double level_before_s = 0, level_after_s = 0;
  double throughput_bps = 0;
};

// One playback of a whole title, as `playhead-abr-sim` reports it.
struct SessionResult {
  std::vector<SegmentPlay> segments;
  double startup_s = 0;
  double stall_s = 0;
  int rebuffers = 0;
  double wasted_bits = 0;
  int aborts = 0;
  // Time the decisions took, in us; zero without a clock.
  int64_t decisions = 0;
  double decide_us_sum = 0;
  double decide_us_max = 0;
};

struct SessionHooks {
  // Every decision, and every judgement that dropped a transfer.
  std::function<void(const abr::DecisionRecord&)> on_record;
  // Now; without it nothing is timed.
  std::function<MonotonicTime()> clock;
};

// Plays `ladder` over `trace` with at most cap_s of buffer. No clock, no randomness: the same input
// gives the same result.
[[nodiscard]] SessionResult play(const Trace& trace, const LadderFile& ladder, double cap_s,
                                 const Policy& policy, const SessionHooks& hooks = {});

}  // namespace playhead::abr_sim
