// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "sim/swarm/swarm.h"

namespace playhead::swarm {

struct ReportOptions {
  bool has_colour = false;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  bool names_states = false;    // each fault in each state, too, among what was not reached
  std::string extra_arguments;  // that a replay needs, with a blank before each
};

// A failed session for people: what, when, the last lines of its log, and the command that replays
// it.
void print_failure(std::ostream& out, const RunResult& result, const ReportOptions& options);
// The one command that plays these faults again.
[[nodiscard]] std::string replay_command(uint64_t seed, const std::set<int>* faults,
                                         const ReportOptions& options);
void print_summary(std::ostream& out, const SwarmResult& result, const ReportOptions& options);
void print_session(std::ostream& out, const Scenario& scenario, const RunResult& result);
// A session on one page: bitrate, buffer, link and estimate over time, states, faults.
void draw_session(std::ostream& out, const Scenario& scenario, const RunResult& result);

}  // namespace playhead::swarm
