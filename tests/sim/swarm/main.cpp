// SPDX-License-Identifier: Apache-2.0
// playhead-sim: whole sessions of the real player on virtual time, thousands of hours, with faults.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/thread_executor.h"
#include "bench/cpu_clock.h"
#include "sim/replay/replay.h"
#include "sim/swarm/endurance.h"
#include "sim/swarm/report.h"

namespace playhead::swarm {
namespace {

enum ExitStatus { kAllWell = 0, kBroken = 1, kUsage = 2 };

struct Options {
  uint64_t seed = 0;
  std::string seeds = "1..200";
  std::string faults;
  std::string svg, log, record, replay;
  double minutes = 0;
  double live_hours = 0;
  std::string live_title;
  std::string titles;
  bool shrinks = false;
  bool is_core_checked = false;
  bool is_brief = false;
  bool lists = false;
  std::vector<std::string> without;
  SwarmOptions swarm;
  ReportOptions report;
};

std::string titles_of(const ScenarioOptions& options) {
  return options.is_live ? "live" : options.is_playlist ? "playlist" : "vod";
}

bool parse_seeds(const std::string& text, SwarmOptions& options) {
  unsigned long long first = 0;
  unsigned long long last = 0;
  int end = 0;
  if (std::sscanf(text.c_str(), "%llu..%llu%n", &first, &last, &end) != 2) return false;
  options.first = first;
  options.last = last;
  return static_cast<std::size_t>(end) == text.size() && first <= last;
}

std::optional<std::set<int>> parse_faults(const std::string& text) {
  std::set<int> numbers;
  if (text == "none") return numbers;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) {
    char* end = nullptr;
    const long value = std::strtol(word.c_str(), &end, 10);
    if (word.empty() || *end != '\0' || value < 1 || value > 1'000'000) return std::nullopt;
    numbers.insert(static_cast<int>(value));
  }
  return numbers;
}

int usage_error(const std::string& what) {
  std::cerr << "playhead-sim: " << what << "\nplayhead-sim --help tells more\n";
  return kUsage;
}

int list() {
  std::cout << "faults (and what the app does)\n";
  for (const FaultInfo& info : kFaultInfo) {
    std::cout << "  " << info.name << std::string(22 - info.name.size(), ' ') << info.rows << '\n';
  }
  std::cout << "promises\n   0 the same seed gives the same log\n";
  for (const auto& invariant : make_invariants()) {
    std::cout << (invariant->number() < 10 ? "   " : "  ") << invariant->number() << ' '
              << invariant->name() << '\n';
  }
  std::cout << "  27 retries are spread over time\n";
  return kAllWell;
}

int run_one(const Options& options) {
  Scenario scenario = draw_scenario(options.seed, options.swarm.scenario);
  if (!options.faults.empty()) {
    const auto numbers = parse_faults(options.faults);
    if (!numbers) return usage_error("--faults takes numbers, as in 3,17,40, or none");
    scenario = with_faults(std::move(scenario), *numbers);
  }
  std::ofstream log;
  if (!options.log.empty()) log.open(options.log);
  if (!options.log.empty() && !log) return usage_error("cannot write " + options.log);
  RunOptions run;
  run.keeps_moments = !options.svg.empty();
  run.record = options.record;
  const RunResult result = run_session(scenario, run, options.log.empty() ? nullptr : &log);
  print_session(std::cout, scenario, result);
  if (!options.svg.empty()) {
    std::ofstream svg(options.svg);
    draw_session(svg, scenario, result);
    if (!svg) return usage_error("cannot write " + options.svg);
  }
  if (options.swarm.checks_determinism && run_session(scenario, run).hash != result.hash) {
    std::cout << "a second run gives another log\n";
    return kBroken;
  }
  if (!result.violation) return kAllWell;
  print_failure(std::cout, result, options.report);
  if (!options.shrinks) return kBroken;
  const auto least = shrink_faults(scenario, *result.violation, [](std::size_t count) {
    std::cerr << "trying " << count << " faults   \r";
  });
  std::cerr << '\n';
  for (const Fault& fault : scenario.faults) {
    if (least.count(fault.number) == 0) continue;
    std::cout << "  fault " << fault.number << " at " << to_seconds(fault.at)
              << " s: " << info_of(fault.kind).name << '\n';
  }
  std::cout << "  least:   " << replay_command(options.seed, &least, options.report) << '\n';
  return kBroken;
}

// Long live sessions, one after the other.
int run_live(const Options& options) {
  std::vector<std::string> names = endurance_titles();
  if (!options.live_title.empty()) names = {options.live_title};
  std::ofstream log;
  if (!options.log.empty()) log.open(options.log);
  if (!options.log.empty() && !log) return usage_error("cannot write " + options.log);
  int status = kAllWell;
  for (const std::string& name : names) {
    const auto scenario = endurance_scenario(name, from_seconds(options.live_hours * 3600));
    if (!scenario) return usage_error("there is no title " + name + " for --live");
    const auto result = run_endurance(*scenario, options.log.empty() ? nullptr : &log);
    if (!print_endurance(std::cout, name, *scenario, result)) status = kBroken;
  }
  return status;
}

// A session that the flight recorder has written.
int run_recording(const std::string& path) {
  const auto recording = replay::read_recording(path);
  if (!recording) {
    std::cerr << "playhead-sim: " << describe(recording.error()) << '\n';
    return 2;
  }
  const replay::Outcome outcome = replay::play_again(*recording);
  replay::print(std::cout, outcome);
  return outcome.divergence ? kBroken : kAllWell;
}

int run_many(Options& options) {
  if (!parse_seeds(options.seeds, options.swarm)) {
    return usage_error("--seeds takes a range, as in 1..1000");
  }
  // Hours without a range go as far as it takes.
  if (options.swarm.hours > 0 && options.seeds == "1..200") options.swarm.last = UINT64_MAX - 1;
  const ThreadExecutor clock("playhead-sim-clock");
  const MonotonicTime begin = clock.now();
  const SwarmResult result = run_swarm(options.swarm, [&](const RunResult& failure) {
    ReportOptions report = options.report;
    const std::string titles = titles_of(options_of(failure.seed, options.swarm));
    if (options.swarm.is_mixed) report.extra_arguments += " --titles " + titles;
    if (options.is_brief) {
      std::cout << "seed " << failure.seed << (options.swarm.is_mixed ? " (" + titles + ")" : "")
                << ": promise " << failure.violation->invariant << ": " << failure.violation->what
                << std::endl;
      return;
    }
    print_failure(std::cout, failure, report);
    std::cout << std::endl;
  });
  options.report.wall_seconds = to_seconds(clock.now() - begin);
  options.report.cpu_seconds = bench::process_cpu_seconds();
  print_summary(std::cout, result, options.report);
  int status = result.failures.empty() ? kAllWell : kBroken;
  for (const Violation& violation : check_together(result)) {
    std::cout << "promise " << violation.invariant << " is broken: " << violation.name << ": "
              << violation.what << '\n';
    status = kBroken;
  }
  if (options.is_core_checked) {
    for (const std::string& name : result.points.missing(true, false)) {
      std::cout << "not reached, though a short run should: " << name << '\n';
      status = kBroken;
    }
  }
  return status;
}

}  // namespace
}  // namespace playhead::swarm

int main(int argc, char** argv) {
  using namespace playhead::swarm;
  Options options;
  CLI::App app{
      "Runs whole sessions of the player on virtual time: titles, networks, faults and what an app "
      "does are drawn from a seed; promises are checked after every step. Exit status 0: all were "
      "kept, 1: one was broken, 2: bad usage."};
  app.add_option("--seeds", options.seeds, "seeds to run, FIRST..LAST");
  auto* seed = app.add_option("--seed", options.seed, "this one only");
  app.add_option("--faults", options.faults,
                 "with --seed: only these of its faults; none: no fault");
  app.add_flag("--shrink", options.shrinks, "with --seed: find the least faults that break it");
  app.add_option("--hours", options.swarm.hours, "stop once so many hours are simulated");
  app.add_option("--jobs", options.swarm.jobs, "threads")->check(CLI::Range(1, 256));
  auto* minutes =
      app.add_option("--minutes", options.minutes, "length of each session; otherwise drawn")
          ->check(CLI::Range(0.5, 100'000.0));
  app.add_option("--traces", options.swarm.scenario.traces_folder,
                 "folder of recorded networks, for half of the seeds");
  app.add_option("--without", options.without, "faults that do not happen, as in outage,crash")
      ->delimiter(',');
  auto* one_cdn = app.add_flag("--one-cdn", options.swarm.scenario.is_on_one_cdn,
                               "all titles at one host, as they were before some had two");
  app.add_flag("--list", options.lists, "names the faults and the promises");
  app.add_flag("--check-determinism", options.swarm.checks_determinism,
               "every seed twice; their logs must be equal");
  app.add_flag("--check-situations", options.is_core_checked,
               "fail when a situation was not reached that short runs should reach");
  app.add_flag("--all-situations", options.report.names_states,
               "name each fault in each state that was not reached as well");
  app.add_flag("--brief", options.is_brief, "one line for each broken seed");
  app.add_option("--failures", options.swarm.most_failures, "stop after so many broken seeds");
  app.add_option("--titles", options.titles,
                 "vod: titles that are whole; live: titles that are being made; playlist: short "
                 "ones that follow one another; mix: a third of the seeds each. With --hours mix, "
                 "otherwise vod, unless given")
      ->check(CLI::IsMember({"vod", "live", "playlist", "mix"}));
  auto* live = app.add_option("--live", options.live_hours,
                              "watch live titles without faults for so many hours, and the memory "
                              "they take")
                   ->check(CLI::Range(0.1, 1000.0));
  app.add_option(
         "--title", options.live_title,
         "with --live: hls, low-latency, dash, periods or dvr (ten hours in 140 Periods) alone")
      ->needs(live);
  app.add_option("--log", options.log, "with --seed or --live: write the event log there");
  app.add_option("--replay", options.replay,
                 "play a recorded session again: every request, call, timer and event must be as "
                 "then");
  app.add_option("--record", options.record, "with --seed: let the flight recorder write there");
  app.add_option("--svg", options.svg, "with --seed: draw the session there");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  if (minutes->count() > 0) {
    options.swarm.scenario.length = playhead::from_seconds(options.minutes * 60);
    std::ostringstream text;
    text << " --minutes " << options.minutes;
    options.report.extra_arguments += text.str();
  }
  if (!options.swarm.scenario.traces_folder.empty()) {
    options.report.extra_arguments += " --traces " + options.swarm.scenario.traces_folder;
  }
  if (one_cdn->count() > 0) options.report.extra_arguments += " --one-cdn";
  for (const std::string& name : options.without) {
    const bool is_known = std::any_of(std::begin(kFaultInfo), std::end(kFaultInfo),
                                      [&](const FaultInfo& info) { return info.name == name; });
    if (!is_known) return usage_error("there is no fault " + name + "; --list names them");
    options.swarm.scenario.without.insert(name);
    const bool is_first = name == options.without.front();
    options.report.extra_arguments += (is_first ? " --without " : ",") + name;
  }
  if (options.lists) return list();
  if (!options.replay.empty()) return run_recording(options.replay);
  if (options.titles.empty() && options.swarm.hours > 0) options.titles = "mix";
  options.swarm.is_mixed = options.titles == "mix";
  if (options.swarm.is_mixed && seed->count() > 0) {
    options.titles = titles_of(options_of(options.seed, options.swarm));
  }
  options.swarm.scenario.is_live = options.titles == "live";
  options.swarm.scenario.is_playlist = options.titles == "playlist";
  if (options.titles == "live" || options.titles == "playlist") {
    options.report.extra_arguments += " --titles " + options.titles;
  }
  if (live->count() > 0) return run_live(options);
  options.report.has_colour = isatty(1) != 0 && std::getenv("NO_COLOR") == nullptr;
  const bool is_one = seed->count() > 0;
  const bool needs_one = options.shrinks || !options.faults.empty() || !options.svg.empty() ||
                         !options.log.empty() || !options.record.empty();
  if (needs_one && !is_one) {
    std::cerr << "playhead-sim: --shrink, --faults, --svg, --log and --record need --seed\n";
    return 2;
  }
  return is_one ? run_one(options) : run_many(options);
}
