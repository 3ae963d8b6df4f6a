// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "sim/swarm/scenario.h"
#include "sim/swarm/session.h"

namespace playhead::swarm {

// Runs one session; `log` gets its event log, if given.
[[nodiscard]] RunResult run_session(const Scenario& scenario, const RunOptions& options = {},
                                    std::ostream* log = nullptr);

struct SwarmOptions {
  uint64_t first = 1;
  uint64_t last = 100;
  double hours = 0;  // stop once so much is simulated; 0: all seeds
  int jobs = 1;
  ScenarioOptions scenario;
  // Of three seeds one is of a live title, one of titles that follow one another, one of a whole
  // one; otherwise as `scenario` says.
  bool is_mixed = false;
  bool checks_determinism = false;  // every seed twice; else one in a hundred
  // One seed in so many is run without its faults as well, to compare the requests; 0: none.
  uint64_t twin_every = 16;
  int most_failures = 5;  // stop after so many
};

// What that seed is drawn by.
[[nodiscard]] ScenarioOptions options_of(uint64_t seed, const SwarmOptions& options);

// What many sessions came to.
struct SwarmResult {
  std::vector<RunResult> failures;  // in order of seeds
  int64_t seeds = 0;
  int64_t twins = 0;
  int64_t twice = 0;  // run twice to compare their logs
  int64_t requests = 0;
  int64_t log_lines = 0;
  int64_t plays = 0;
  uint64_t hash = 0;  // of all logs, in whatever order they were run
  Duration simulated{0}, played{0}, stalled{0};
  Points points;
  std::map<std::string, int64_t> checks;
  std::vector<int64_t> retry_delays_us;

  void add(RunResult result);
};

// `on_failure`: told at once, one at a time.
[[nodiscard]] SwarmResult run_swarm(const SwarmOptions& options,
                                    const std::function<void(const RunResult&)>& on_failure);

// The least faults with which the session still breaks the same promise, found by leaving out ever
// smaller parts. `on_try`: told of every attempt (faults left).
[[nodiscard]] std::set<int> shrink_faults(const Scenario& scenario, const Violation& violation,
                                          const std::function<void(std::size_t)>& on_try = {});

// The least of `all` for which `breaks` holds, by delta debugging; `breaks(all)` holds.
[[nodiscard]] std::set<int> minimise(const std::set<int>& all,
                                     const std::function<bool(const std::set<int>&)>& breaks);

// What is promised of many sessions together.
[[nodiscard]] std::vector<Violation> check_together(const SwarmResult& result);

}  // namespace playhead::swarm
