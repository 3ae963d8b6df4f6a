// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "sim/swarm/session.h"

// One live session of a day: whether it plays on, and whether memory stays what it was.
namespace playhead::swarm {

// The titles there are for it, by name.
[[nodiscard]] std::vector<std::string> endurance_titles();
// A viewer that watches it so long, seeks back and to the edge again, and pauses now and then;
// nothing for unknown names.
[[nodiscard]] std::optional<Scenario> endurance_scenario(const std::string& title, Duration length);

// Bytes in use, at most, in each simulated hour.
struct HourOfMemory {
  int64_t heap_bytes = 0;
  int64_t resident_bytes = 0;
};

struct EnduranceResult {
  RunResult run;
  std::vector<HourOfMemory> hours;
  double cpu_seconds = 0;
};
[[nodiscard]] EnduranceResult run_endurance(const Scenario& scenario, std::ostream* log = nullptr);

// By how much the second half needs more than the first, its first hour aside; 0: not at all. Needs
// four hours.
[[nodiscard]] int64_t growth_bytes(const std::vector<HourOfMemory>& hours);
// More is not flat: what buffers and open requests differ by from one hour to the next.
inline constexpr int64_t kMostGrowthBytes = 512 << 10;

// A table of the hours, and what became of it. True: all is well.
bool print_endurance(std::ostream& out, const std::string& title, const Scenario& scenario,
                     const EnduranceResult& result);

}  // namespace playhead::swarm
