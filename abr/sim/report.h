// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "session.h"

namespace playhead::abr_sim {

struct Job {
  std::string family, trace, ladder, algorithm;
  double cap_s = 60;
};

// The figures of a session; see --help of the command for what each means.
struct Row {
  Job job;
  std::size_t segments = 0;
  double startup_s = 0, stall_s = 0;
  int rebuffers = 0;
  double rebuffer_ratio = 0;
  double mean_kbps = 0, mean_utility = 0, norm_utility = 0;
  int switches = 0;
  double switch_kbps = 0, log_switch = 0;
  double qoe_lin = 0, qoe_log = 0, qoe_soda = 0;
  int aborts = 0;
  double wasted_kbit = 0;
  double decide_us_mean = 0, decide_us_max = 0;
  std::vector<SegmentPlay> played;
};

[[nodiscard]] Row make_row(const Job& job, const LadderFile& ladder, SessionResult result);

struct RowFormat {
  bool with_decisions = false;
  bool with_timing = false;
};
// One JSON object, or an array of them with a line each.
[[nodiscard]] std::string to_json(const Row& row, const RowFormat& format);
[[nodiscard]] std::string to_json(const std::vector<Row>& rows, const RowFormat& format);
// For people: a line for each session, or for each algorithm, family, ladder and cap when there are
// many.
[[nodiscard]] std::string to_table(const std::vector<Row>& rows);

}  // namespace playhead::abr_sim
