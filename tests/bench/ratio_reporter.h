// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace playhead::bench {

// One line of the table at the end: a benchmark as a share of another one of the same run.
struct Ratio {
  const char* name;
  const char* floor;
  double scale;      // bytes of the benchmark for each of the floor's
  double least = 0;  // the share that is promised; 0: none
};

// Prints the lines of the console, and remembers the speeds ("GB/s") for the ratios.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto speed = run.counters.find("GB/s");
      if (speed == run.counters.end()) continue;
      // The best of the repetitions, or their median where only that is reported.
      double& best = best_[run.run_name.function_name];
      const bool counts = run.run_type == Run::RT_Iteration || run.aggregate_name == "median";
      if (counts && speed->second > best) best = speed->second;
    }
  }

  // False: a promise is not kept. What was not run promises nothing.
  [[nodiscard]] bool print(const char* title, std::span<const Ratio> ratios) const {
    bool is_kept = true;
    std::printf("\n%-22s %8s  %-18s %8s %7s\n", title, "GB/s", "floor", "GB/s", "share");
    for (const Ratio& row : ratios) {
      const auto own = best_.find(row.name);
      const auto floor = best_.find(row.floor);
      if (own == best_.end() || floor == best_.end()) continue;
      const double reachable = floor->second * row.scale;
      const double share = own->second / reachable;
      const bool is_missed = share < row.least;
      std::printf("%-22s %8.2f  %-18s %8.2f %6.0f%%%s\n", row.name, own->second, row.floor,
                  reachable, 100 * share, is_missed ? "  MISSED" : "");
      is_kept = is_kept && !is_missed;
    }
    return is_kept;
  }

 private:
  std::map<std::string, double> best_;
};

}  // namespace playhead::bench
