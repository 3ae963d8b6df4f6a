// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "log_file.h"
#include "report.h"

namespace playhead::abr_sim {

// Runs jobs one after the other; files are read once, tables made once.
class Runner {
 public:
  // Bytes of tables kept over the sessions of a batch.
  static constexpr std::size_t kBatchCacheBytes = std::size_t{256} << 20;

  explicit Runner(PolicyConfig config, std::size_t cache_bytes = kBatchCacheBytes)
      : config_(std::move(config)), cache_(std::make_shared<abr::PlanCache>(cache_bytes)) {}

  // Decisions are timed with it.
  void set_clock(std::function<MonotonicTime()> clock) { clock_ = std::move(clock); }
  // Gather a decision log; see log().
  void keep_log() { keeps_log_ = true; }

  // Errors: kInvalidArgument for a file that cannot be used or an unknown algorithm.
  Result<Row> run(const Job& job, const std::string& trace_path, const std::string& ladder_path);
  [[nodiscard]] const std::string& log() const { return log_; }
  // Of the last job.
  [[nodiscard]] const Trace* trace(const std::string& path) const;
  [[nodiscard]] const LadderFile* ladder(const std::string& path) const;
  [[nodiscard]] const abr::PlanCache& cache() const { return *cache_; }

 private:
  PolicyConfig config_;
  std::shared_ptr<abr::PlanCache> cache_;
  std::map<std::string, Trace> traces_;
  std::map<std::string, LadderFile> ladders_;
  std::function<MonotonicTime()> clock_;
  bool keeps_log_ = false;
  std::string log_;
};

// [{"family":…,"trace":…,"ladder":…,"cap":60,"algo":…}, …]. Errors: kInvalidArgument.
Result<std::vector<Job>> parse_jobs(const std::string& text);

}  // namespace playhead::abr_sim
