// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/swarm.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

namespace playhead::swarm {

namespace {

// What faults may cost: requests may double, and each fault has its own few.
constexpr double kMostAmplification = 2.0;
constexpr int64_t kRequestsPerFault = 4;

void compare_with_twin(const Scenario& scenario, const RunOptions& options, RunResult& result) {
  const RunResult clean = run_session(without_faults(scenario), options);
  if (clean.violation) {
    result.violation = clean.violation;
    result.violation->what += " (without faults but those of the app)";
    result.last_lines = clean.last_lines;
    return;
  }
  const auto faults = static_cast<int64_t>(result.fired.size());
  const auto most = static_cast<int64_t>(kMostAmplification * static_cast<double>(clean.requests)) +
                    faults * kRequestsPerFault + 40;
  if (result.requests <= most) return;
  result.violation = {10,
                      "requests under faults are at most twice those without",
                      {},
                      std::to_string(result.requests) + " requests with " + std::to_string(faults) +
                          " faults, " + std::to_string(clean.requests) + " without"};
}

RunResult run_seed(uint64_t seed, const SwarmOptions& options, bool& was_twin, bool& was_twice) {
  const Scenario scenario = draw_scenario(seed, options_of(seed, options));
  RunOptions run;
  run.checks_decisions = seed % 4 == 0;
  RunResult result = run_session(scenario, run);
  was_twice = options.checks_determinism || seed % 100 == 0;
  if (was_twice && !result.violation) {
    const RunResult again = run_session(scenario, run);
    if (again.hash != result.hash) {
      result.violation = {0, "the same seed gives the same log", {}, "the logs of two runs differ"};
    }
  }
  was_twin = options.twin_every > 0 && seed % options.twin_every == 0;
  if (was_twin && !result.violation) compare_with_twin(scenario, run, result);
  return result;
}

}  // namespace

ScenarioOptions options_of(uint64_t seed, const SwarmOptions& options) {
  ScenarioOptions drawn = options.scenario;
  if (!options.is_mixed) return drawn;
  drawn.is_live = seed % 3 == 0;
  drawn.is_playlist = seed % 3 == 1;
  return drawn;
}

RunResult run_session(const Scenario& scenario, const RunOptions& options, std::ostream* log) {
  Trace trace(log);
  Session session(scenario, options, trace);
  return session.run();
}

void SwarmResult::add(RunResult result) {
  ++seeds;
  requests += result.requests;
  log_lines += result.log_lines;
  plays += result.plays;
  hash += result.hash * (2 * result.seed + 1);
  simulated += result.simulated;
  played += result.played;
  stalled += result.stalled;
  points.add(result.points);
  for (const auto& [name, count] : result.checks) checks[name] += count;
  retry_delays_us.insert(retry_delays_us.end(), result.retry_delays_us.begin(),
                         result.retry_delays_us.end());
  if (result.violation) failures.push_back(std::move(result));
}

SwarmResult run_swarm(const SwarmOptions& options,
                      const std::function<void(const RunResult&)>& on_failure) {
  SwarmResult total;
  std::mutex mutex;
  std::atomic<uint64_t> next{options.first};
  std::atomic<bool> is_over{false};
  const auto work = [&] {
    while (!is_over) {
      const uint64_t seed = next++;
      if (seed > options.last) return;
      bool was_twin = false;
      bool was_twice = false;
      RunResult result = run_seed(seed, options, was_twin, was_twice);
      const std::lock_guard lock(mutex);
      if (result.violation && on_failure) on_failure(result);
      total.twins += was_twin ? 1 : 0;
      total.twice += was_twice ? 1 : 0;
      total.add(std::move(result));
      const bool is_enough =
          options.hours > 0 && to_seconds(total.simulated) >= options.hours * 3600;
      const bool has_failed = static_cast<int>(total.failures.size()) >= options.most_failures;
      if (is_enough || has_failed) is_over = true;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::sort(total.failures.begin(), total.failures.end(),
            [](const RunResult& a, const RunResult& b) { return a.seed < b.seed; });
  return total;
}

std::set<int> minimise(const std::set<int>& all,
                       const std::function<bool(const std::set<int>&)>& breaks) {
  std::vector<int> left(all.begin(), all.end());
  std::size_t parts = 2;
  while (!left.empty()) {
    parts = std::min(parts, left.size());
    bool has_shrunk = false;
    for (std::size_t i = 0; i < parts && !has_shrunk; ++i) {
      const auto begin = static_cast<std::ptrdiff_t>(left.size() * i / parts);
      const auto end = static_cast<std::ptrdiff_t>(left.size() * (i + 1) / parts);
      std::vector<int> rest(left.begin(), left.begin() + begin);
      rest.insert(rest.end(), left.begin() + end, left.end());
      if (!breaks({rest.begin(), rest.end()})) continue;
      left = std::move(rest);
      parts = std::max<std::size_t>(parts - 1, 2);
      has_shrunk = true;
    }
    if (has_shrunk) continue;
    if (parts >= left.size()) break;
    parts *= 2;
  }
  return {left.begin(), left.end()};
}

std::set<int> shrink_faults(const Scenario& scenario, const Violation& violation,
                            const std::function<void(std::size_t)>& on_try) {
  std::set<int> all;
  for (const Fault& fault : scenario.faults) all.insert(fault.number);
  const auto breaks = [&](const std::set<int>& numbers) {
    if (on_try) on_try(numbers.size());
    const RunResult result = run_session(with_faults(scenario, numbers));
    return result.violation && result.violation->invariant == violation.invariant;
  };
  // What had not struck yet when it broke is left out first.
  std::set<int> earlier;
  const RunResult first = run_session(scenario);
  for (const int number : first.fired) earlier.insert(number);
  return minimise(breaks(earlier) ? earlier : all, breaks);
}

std::vector<Violation> check_together(const SwarmResult& result) {
  std::vector<Violation> found;
  std::vector<int64_t> delays = result.retry_delays_us;
  constexpr std::size_t kLeast = 50;
  if (delays.size() < kLeast) return found;
  // Full jitter: few of them are alike, to the millisecond.
  std::map<int64_t, std::size_t> by_ms;
  std::size_t most = 0;
  for (const int64_t delay : delays) most = std::max(most, ++by_ms[delay / 1000]);
  if (most * 4 > delays.size()) {
    found.push_back({27,
                     "retries are spread over time",
                     {},
                     std::to_string(most) + " of " + std::to_string(delays.size()) +
                         " waited for the same time"});
  }
  return found;
}

}  // namespace playhead::swarm
