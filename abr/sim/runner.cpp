// SPDX-License-Identifier: Apache-2.0
#include "runner.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace playhead::abr_sim {

namespace {

// Longest session that is played, s (chosen: a session of minutes over a link of next to nothing
// stays below it). Transfers are judged ten times a second: a longer one seems to hang.
constexpr double kLongestSessionS = 4e6;

// What the highest Representation takes on that network.
double longest_session_s(const Trace& trace, const LadderFile& ladder) {
  double bits = 0;
  for (const auto& segment : ladder.sizes) {
    bits += *std::max_element(segment.begin(), segment.end());
  }
  return bits / trace.mean_bps();
}

}  // namespace

Result<Row> Runner::run(const Job& job, const std::string& trace_path,
                        const std::string& ladder_path) {
  auto trace = traces_.find(trace_path);
  if (trace == traces_.end()) {
    auto loaded = Trace::load(trace_path);
    if (!loaded) return std::move(loaded).error();
    trace = traces_.emplace(trace_path, *std::move(loaded)).first;
  }
  auto ladder = ladders_.find(ladder_path);
  if (ladder == ladders_.end()) {
    auto loaded = load_ladder(ladder_path);
    if (!loaded) return std::move(loaded).error();
    ladder = ladders_.emplace(ladder_path, *std::move(loaded)).first;
  }
  auto policy = make_policy(job.algorithm, config_, cache_);
  if (!policy) return std::move(policy).error();
  if (!(job.cap_s >= ladder->second.segment_s)) {
    return make_error(ErrorCode::kInvalidArgument,
                      job.trace + ": the buffer cap holds not even one segment");
  }
  if (longest_session_s(trace->second, ladder->second) > kLongestSessionS) {
    return make_error(ErrorCode::kInvalidArgument,
                      job.trace + " is too slow for " + job.ladder + ": it would play for weeks");
  }
  SessionHooks hooks;
  hooks.clock = clock_;
  if (keeps_log_) {
    log_ += session_line(job, *policy) + "\n";
    hooks.on_record = [this](const abr::DecisionRecord& record) {
      log_ += abr::encode(record) + "\n";
    };
  }
  return make_row(job, ladder->second,
                  play(trace->second, ladder->second, job.cap_s, *policy, hooks));
}

const Trace* Runner::trace(const std::string& path) const {
  const auto found = traces_.find(path);
  return found == traces_.end() ? nullptr : &found->second;
}

const LadderFile* Runner::ladder(const std::string& path) const {
  const auto found = ladders_.find(path);
  return found == ladders_.end() ? nullptr : &found->second;
}

Result<std::vector<Job>> parse_jobs(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto bad = [](const std::string& what) {
    return make_error(ErrorCode::kInvalidArgument, what);
  };
  if (!json.is_array()) return bad("jobs are a JSON array");
  std::vector<Job> jobs;
  for (const auto& item : json) {
    Job job;
    const auto word = [&](const char* key, std::string& value) {
      if (!item.is_object() || !item.contains(key) || !item[key].is_string()) return false;
      value = item[key].get<std::string>();
      return !value.empty() && value.find("..") == value.npos;
    };
    const bool is_whole = word("family", job.family) && word("trace", job.trace) &&
                          word("ladder", job.ladder) && word("algo", job.algorithm);
    if (!is_whole || !item.contains("cap") || !item["cap"].is_number()) {
      return bad("job " + std::to_string(jobs.size()) +
                 " needs family, trace, ladder, cap and algo");
    }
    job.cap_s = item["cap"].get<double>();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace playhead::abr_sim
