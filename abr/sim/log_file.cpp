// SPDX-License-Identifier: Apache-2.0
#include "log_file.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "playhead/abr/decision_log.h"

namespace playhead::abr_sim {

namespace {

constexpr std::string_view kSession = "session ", kLimits = "limits ";

// A word of the line that may hold spaces of its own.
std::string one_word(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '_');
  return text.empty() ? "-" : text;
}

Result<Policy> read_session(std::string_view line, const std::shared_ptr<abr::PlanCache>& cache) {
  line.remove_prefix(kSession.size());
  const std::size_t bar = line.find('|');
  if (bar == line.npos)
    return make_error(ErrorCode::kInvalidArgument, "a session without settings");
  auto settings = abr::parse_settings(line.substr(bar + 1));
  if (!settings) return std::move(settings).error();
  PolicyConfig config;
  config.settings = *settings;
  return make_policy(line.substr(0, line.find(' ')), config, cache);
}

}  // namespace

std::string session_line(const Job& job, const Policy& policy) {
  std::ostringstream out;
  out << kSession << policy.name << ' ' << one_word(job.family) << ' ' << one_word(job.trace) << ' '
      << one_word(job.ladder) << ' ' << job.cap_s << " | " << abr::encode(policy.settings);
  return out.str();
}

Result<ReplayCount> replay(const std::string& text) {
  ReplayCount count;
  Policy policy;
  const auto cache = std::make_shared<abr::PlanCache>();
  std::string_view rest = text;
  for (int64_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto bad = [&](const Error& error) {
      return make_error(ErrorCode::kInvalidArgument,
                        "line " + std::to_string(number) + ": " + error.context);
    };
    if (line.empty() || line.substr(0, kLimits.size()) == kLimits) continue;
    if (line.substr(0, kSession.size()) == kSession) {
      auto read = read_session(line, cache);
      if (!read) return bad(read.error());
      policy = *std::move(read);
      ++count.sessions;
      continue;
    }
    const auto record = abr::parse_record(line);
    if (!record) return bad(record.error());
    if (!policy.controller) {
      return bad(make_error(ErrorCode::kInvalidArgument, "a decision before any session"));
    }
    ++count.decisions;
    if (abr::replays(*policy.controller, policy.settings, *record)) continue;
    if (count.differing++ == 0) count.first_difference = std::to_string(number);
  }
  return count;
}

}  // namespace playhead::abr_sim
