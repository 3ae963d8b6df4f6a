// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/thread_executor.h"
#include "plot.h"
#include "runner.h"

// The command line of playhead-abr-sim. Exit codes: 0 every session was played, 1 one was not or a
// replay differs, 2 wrong command line.
namespace {

using namespace playhead::abr_sim;

constexpr int kUsageError = 2;

struct Options {
  std::string trace, ladder, algorithm = "default", config;
  double cap_s = 60;
  std::string batch, traces, ladders, out;
  std::string replay, log, plot;
  bool decisions = false, timing = false, table = false, one_session_cache = false;
};

int fail(const playhead::Error& error) {
  std::cerr << "playhead-abr-sim: " << error.context << "\n";
  return 1;
}

void add_options(CLI::App& app, Options& o) {
  app.add_option("--trace", o.trace, "CSV: duration_ms,bandwidth_kbps,latency_ms");
  app.add_option("--ladder", o.ladder, "JSON: bitrates and the size of every segment");
  app.add_option("--cap", o.cap_s, "Buffer cap in seconds")
      ->check(CLI::Range(0.1, 36'000.0))
      ->capture_default_str();
  app.add_option("--algo", o.algorithm, "fixed-0, fixed-top, rate-0.8, buffer or default")
      ->capture_default_str();
  app.add_option("--config", o.config,
                 "JSON: preset, estimator, and constants of playhead/abr/settings.h by name");
  app.add_option("--batch", o.batch, "JSON array of {family, trace, ladder, cap, algo}");
  app.add_option("--traces", o.traces, "With --batch: folder of <family>/<trace>.csv");
  app.add_option("--ladders", o.ladders, "With --batch: folder of <ladder>.json");
  app.add_option("--out", o.out, "With --batch: file of the results");
  app.add_flag("--decisions", o.decisions, "Add what was fetched, segment by segment");
  app.add_flag("--timing", o.timing, "Add the time a decision takes; not the same in two runs");
  app.add_flag("--session-cache", o.one_session_cache,
               "Keep no more tables than one session may, as a player does");
  app.add_flag("--table", o.table, "Print a table for people instead of JSON");
  app.add_option("--log", o.log, "Write the decision log to this file");
  app.add_option("--replay", o.replay, "Make every decision of this log again and compare");
  app.add_option("--plot", o.plot, "Draw the session into this SVG file");
}

int run_replay(const Options& o) {
  const auto text = read_file(o.replay);
  if (!text) return fail(text.error());
  const auto count = replay(*text);
  if (!count) return fail(count.error());
  std::cout << count->decisions << " decisions of " << count->sessions << " sessions, "
            << count->differing << " differ";
  if (count->differing > 0) std::cout << ", the first in line " << count->first_difference;
  std::cout << "\n";
  return count->differing > 0 || count->decisions == 0 ? 1 : 0;
}

int finish(const Options& o, const Runner& runner, const std::vector<Row>& rows,
           const std::string& json) {
  if (!o.log.empty()) {
    const auto written = write_file(o.log, runner.log());
    if (!written) return fail(written.error());
  }
  if (!o.out.empty()) {
    const auto written = write_file(o.out, json);
    if (!written) return fail(written.error());
  }
  if (o.table) {
    std::cout << to_table(rows);
  } else if (o.out.empty()) {
    std::cout << json;
  }
  return 0;
}

int run_batch(const Options& o, Runner& runner, const RowFormat& format) {
  const auto text = read_file(o.batch);
  if (!text) return fail(text.error());
  const auto jobs = parse_jobs(*text);
  if (!jobs) return fail(jobs.error());
  std::vector<Row> rows;
  bool is_complete = true;
  for (const Job& job : *jobs) {
    auto row = runner.run(job, o.traces + "/" + job.family + "/" + job.trace + ".csv",
                          o.ladders + "/" + job.ladder + ".json");
    if (!row) {
      fail(row.error());
      is_complete = false;
      continue;
    }
    if (!o.decisions) row->played.clear();
    rows.push_back(*std::move(row));
  }
  const int status = finish(o, runner, rows, to_json(rows, format));
  return is_complete ? status : 1;
}

int run_single(const Options& o, Runner& runner, const RowFormat& format) {
  const std::filesystem::path trace(o.trace), ladder(o.ladder);
  Job job;
  job.family = trace.parent_path().filename().string();
  job.trace = trace.stem().string();
  job.ladder = ladder.stem().string();
  job.cap_s = o.cap_s;
  job.algorithm = o.algorithm;
  const auto row = runner.run(job, o.trace, o.ladder);
  if (!row) return fail(row.error());
  if (!o.plot.empty()) {
    const auto svg = to_svg(*row, *runner.ladder(o.ladder), *runner.trace(o.trace));
    const auto written = write_file(o.plot, svg);
    if (!written) return fail(written.error());
  }
  return finish(o, runner, {*row}, to_json(*row, format));
}

int run(const Options& o) {
  if (!o.replay.empty()) return run_replay(o);
  PolicyConfig config;
  if (!o.config.empty()) {
    const auto text = read_file(o.config);
    if (!text) return fail(text.error());
    auto parsed = parse_config(*text);
    if (!parsed) return fail(parsed.error());
    config = *std::move(parsed);
  }
  Runner runner(std::move(config), o.one_session_cache ? playhead::abr::PlanCache::kDefaultMaxBytes
                                                       : Runner::kBatchCacheBytes);
  std::optional<playhead::ThreadExecutor> clock;
  if (o.timing) {
    clock.emplace("abr-timing");
    runner.set_clock([&clock] { return clock->now(); });
  }
  if (!o.log.empty()) runner.keep_log();
  const RowFormat format{o.decisions, o.timing};
  const int status = o.batch.empty() ? run_single(o, runner, format) : run_batch(o, runner, format);
  if (o.timing) {
    std::cerr << runner.cache().builds() << " tables made, " << runner.cache().bytes()
              << " bytes of them kept\n";
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Plays a title over a recorded network with the library's bitrate decisions.");
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  const bool is_batch = !options.batch.empty();
  const bool is_complete =
      !options.replay.empty() || (is_batch ? !options.traces.empty() && !options.ladders.empty() &&
                                                 (!options.out.empty() || options.table)
                                           : !options.trace.empty() && !options.ladder.empty());
  if (!options.plot.empty() && (is_batch || !options.replay.empty())) {
    std::cerr << "playhead-abr-sim: --plot draws one session: give --trace and --ladder\n";
    return kUsageError;
  }
  if (!is_complete) {
    std::cerr << "playhead-abr-sim: give --trace and --ladder, or --batch with --traces, --ladders "
                 "and --out, or --replay\n";
    return kUsageError;
  }
  return run(options);
}
