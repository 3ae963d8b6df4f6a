// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policy.h"
#include "report.h"

namespace playhead::abr_sim {

// A decision log is text: for each session a line that names it and its rules, then a line for each
// decision (abr::encode).
// A player's log also says what was left out of the decisions after it and why; replay skips that:
//   limits <Representation>=<abr::Limit> …
//   session <algorithm> <family> <trace> <ladder> <cap> | <settings>
[[nodiscard]] std::string session_line(const Job& job, const Policy& policy);

struct ReplayCount {
  int64_t sessions = 0;
  int64_t decisions = 0;
  int64_t differing = 0;
  std::string first_difference;  // its line
};
// Makes every decision of the log again. Errors: kInvalidArgument, with the line.
Result<ReplayCount> replay(const std::string& text);

}  // namespace playhead::abr_sim
