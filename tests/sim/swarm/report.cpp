// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/report.h"

#include <algorithm>
#include <cstdio>

namespace playhead::swarm {

namespace {

std::string number(double value, int digits = 1) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string red(const std::string& text, const ReportOptions& options) {
  return options.has_colour ? "\033[31m" + text + "\033[0m" : text;
}
std::string green(const std::string& text, const ReportOptions& options) {
  return options.has_colour ? "\033[32m" + text + "\033[0m" : text;
}

void print_faults(std::ostream& out, const Points& points) {
  out << "\nfaults that struck\n";
  int column = 0;
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    const auto kind = static_cast<FaultKind>(k);
    if ((is_of_live(kind) || is_of_playlist(kind)) && points.fired(kind) == 0) continue;
    out << "  " << padded(std::string(info_of(kind).name), 20)
        << right(std::to_string(points.fired(kind)), 8);
    if (++column % 3 == 0) out << '\n';
  }
  if (column % 3 != 0) out << '\n';
}

}  // namespace

std::string replay_command(uint64_t seed, const std::set<int>* faults,
                           const ReportOptions& options) {
  std::string command = "playhead-sim --seed " + std::to_string(seed) + options.extra_arguments;
  if (faults == nullptr) return command;
  command += " --faults ";
  if (faults->empty()) return command + "none";
  bool is_first = true;
  for (const int fault : *faults) {
    if (!std::exchange(is_first, false)) command += ',';
    command += std::to_string(fault);
  }
  return command;
}

void print_failure(std::ostream& out, const RunResult& result, const ReportOptions& options) {
  const Violation& violation = *result.violation;
  out << red("seed " + std::to_string(result.seed) + " breaks promise " +
                 std::to_string(violation.invariant),
             options)
      << ": " << violation.name << "\n  at "
      << number(static_cast<double>(violation.at.us) / 1e6, 6) << " s: " << violation.what
      << "\n  the last of its log:\n";
  for (const std::string& line : result.last_lines) out << "    " << line << '\n';
  out << "  again:   " << replay_command(result.seed, nullptr, options) << '\n'
      << "  smaller: " << replay_command(result.seed, nullptr, options) << " --shrink\n";
}

void print_session(std::ostream& out, const Scenario& scenario, const RunResult& result) {
  out << "seed " << result.seed << ": " << describe(scenario) << '\n'
      << "  simulated " << number(to_seconds(result.simulated), 0) << " s, played "
      << number(to_seconds(result.played), 0) << " s, stalled "
      << number(to_seconds(result.stalled)) << " s, " << result.plays << " loads, "
      << result.requests << " requests, " << result.fired.size() << " faults struck\n"
      << "  log " << result.log_lines << " lines, hash " << hex(result.hash) << '\n';
}

void print_summary(std::ostream& out, const SwarmResult& result, const ReportOptions& options) {
  const double hours = to_seconds(result.simulated) / 3600;
  const double watched = to_seconds(result.played + result.stalled);
  int64_t checks = 0;
  for (const auto& [name, count] : result.checks) checks += count;
  const auto row = [&](const char* name, const std::string& value) {
    out << "  " << padded(name, 26) << right(value, 16) << '\n';
  };
  out << "simulated sessions\n";
  row("seeds", std::to_string(result.seeds));
  row("hours simulated", number(hours));
  row("wall time, s", number(options.wall_seconds));
  row("hours per second of CPU", number(hours / std::max(options.cpu_seconds, 0.001)));
  row("loads", std::to_string(result.plays));
  row("requests", std::to_string(result.requests));
  row("hours played", number(to_seconds(result.played) / 3600));
  row("stalled, % of watched",
      number(100 * to_seconds(result.stalled) / std::max(watched, 1.0), 2));
  row("faults", std::to_string(result.points.total_fired()));
  row("promises checked", std::to_string(result.checks.size() + 2));
  row("checks", std::to_string(checks));
  row("seeds run twice", std::to_string(result.twice));
  row("seeds run without faults", std::to_string(result.twins));
  row("situations reached",
      std::to_string(result.points.reached()) + " of " + std::to_string(result.points.all()));
  row("log lines", std::to_string(result.log_lines));
  row("hash of all logs", hex(result.hash));
  print_faults(out, result.points);
  const auto missing = result.points.missing(false, options.names_states);
  if (!missing.empty()) out << "\nsituations never reached\n";
  for (const std::string& name : missing) out << "  " << name << '\n';
  out << '\n';
  if (result.failures.empty()) {
    out << green("no promise was broken", options) << '\n';
  } else {
    out << red(std::to_string(result.failures.size()) + " seeds broke a promise", options) << '\n';
  }
}

}  // namespace playhead::swarm
