// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/endurance.h"

#include <algorithm>
#include <cstdio>

#include <malloc.h>
#include <unistd.h>

#include "bench/cpu_clock.h"
#include "sim/swarm/swarm.h"

#ifdef __SANITIZE_ADDRESS__
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace playhead::swarm {

namespace {

int64_t heap_bytes() {
#ifdef __SANITIZE_ADDRESS__
  return static_cast<int64_t>(__sanitizer_get_current_allocated_bytes());
#else
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
#endif
}

int64_t resident_bytes() {
  long long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  if (std::fscanf(file, "%*d %lld", &pages) != 1) pages = 0;
  std::fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

TitleShape common_title() {
  TitleShape title;
  title.video_bps = {600'000, 1'500'000, 3'000'000};
  title.languages = {"en", "de"};
  title.frames_per_gop = 4;
  title.live.emplace();
  return title;
}

TitleShape hls_title() {
  TitleShape title = common_title();
  title.live->window = 5min;
  title.live->period = 10min;
  return title;
}

TitleShape low_latency_title() {
  TitleShape title = common_title();
  title.audio_frame = 250ms;
  title.live->window = 1min;
  title.live->part = 1s;
  return title;
}

TitleShape dash_title() {
  TitleShape title = common_title();
  title.is_dash = true;
  title.live->form = LiveShape::Form::kDashNumber;
  title.live->window = 30min;
  title.live->has_utc_timing = true;
  return title;
}

// A Period a minute, and none of them for long.
TitleShape periods_title() {
  TitleShape title = common_title();
  title.is_dash = true;
  title.live->form = LiveShape::Form::kDashTimeline;
  title.live->window = 10min;
  title.live->period = 1min;
  return title;
}

// Ten hours to go back in, in 140 Periods, all of them in an MPD that changes with each segment.
TitleShape dvr_title() {
  TitleShape title = common_title();
  title.is_dash = true;
  title.live->form = LiveShape::Form::kDashTimeline;
  title.live->window = 10h;
  title.live->age = 11h;
  title.live->period = Duration{10h} / 140 / title.segment * title.segment;
  return title;
}

struct Named {
  const char* name;
  TitleShape (*make)();
};
constexpr Named kTitles[] = {{"hls", hls_title},
                             {"low-latency", low_latency_title},
                             {"dash", dash_title},
                             {"periods", periods_title},
                             {"dvr", dvr_title}};

// What the viewer does each hour, minutes after it began.
struct Habit {
  int minute;
  FaultKind kind;
  uint64_t extra;
  Duration length;
};
constexpr Habit kHabits[] = {{20, FaultKind::kPause, 0, 30s},
                             {25, FaultKind::kSeek, 300, 0s},
                             {35, FaultKind::kGoLive, 0, 0s},
                             {45, FaultKind::kSeek, 700, 0s},
                             {50, FaultKind::kGoLive, 0, 0s}};

std::string mib(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(bytes) / (1 << 20));
  return text;
}

}  // namespace

std::vector<std::string> endurance_titles() {
  std::vector<std::string> names;
  for (const Named& title : kTitles) names.emplace_back(title.name);
  return names;
}

std::optional<Scenario> endurance_scenario(const std::string& title, Duration length) {
  const auto found = std::find_if(std::begin(kTitles), std::end(kTitles),
                                  [&](const Named& named) { return title == named.name; });
  if (found == std::end(kTitles)) return std::nullopt;
  Scenario scenario;
  scenario.title = found->make();
  scenario.link.phases = {{20s, 8'000'000, 40ms}, {10s, 3'500'000, 60ms}, {5s, 12'000'000, 40ms}};
  scenario.healed_bps = scenario.best_bps = 12'000'000;
  scenario.player.preset = AbrPreset::kLive;
  scenario.player.buffering = buffering_for(AbrPreset::kLive);
  scenario.longest_slice = 100ms;
  scenario.length = length;
  for (Duration hour{0}; hour < length; hour += 1h) {
    for (const Habit& habit : kHabits) {
      Fault fault;
      fault.number = static_cast<int>(scenario.faults.size()) + 1;
      fault.kind = habit.kind;
      fault.at = hour + std::chrono::minutes(habit.minute);
      fault.length = habit.length;
      fault.extra = habit.extra;
      if (fault.at < length) scenario.faults.push_back(fault);
    }
  }
  return scenario;
}

EnduranceResult run_endurance(const Scenario& scenario, std::ostream* log) {
  EnduranceResult result;
  const double begin = bench::process_cpu_seconds();
  RunOptions options;
  options.on_minute = [&](Duration age) {
    if (age > scenario.length) return;
    const auto hour = static_cast<std::size_t>((age - 1s) / 1h);
    if (result.hours.size() <= hour) result.hours.resize(hour + 1);
    HourOfMemory& now = result.hours[hour];
    now.heap_bytes = std::max(now.heap_bytes, heap_bytes());
    now.resident_bytes = std::max(now.resident_bytes, resident_bytes());
  };
  result.run = run_session(scenario, options, log);
  result.cpu_seconds = bench::process_cpu_seconds() - begin;
  return result;
}

int64_t growth_bytes(const std::vector<HourOfMemory>& hours) {
  if (hours.size() < 4) return 0;
  const auto less = [](const HourOfMemory& a, const HourOfMemory& b) {
    return a.heap_bytes < b.heap_bytes;
  };
  const auto half = hours.begin() + static_cast<std::ptrdiff_t>(hours.size() / 2);
  const int64_t before = std::max_element(hours.begin() + 1, half, less)->heap_bytes;
  const int64_t after = std::max_element(half, hours.end(), less)->heap_bytes;
  return std::max<int64_t>(after - before, 0);
}

bool print_endurance(std::ostream& out, const std::string& title, const Scenario& scenario,
                     const EnduranceResult& result) {
  out << title << ": " << describe(scenario) << "\n  hour  heap, MiB  resident, MiB\n";
  for (std::size_t hour = 0; hour < result.hours.size(); ++hour) {
    char row[64];
    std::snprintf(row, sizeof row, "  %4zu  %9s  %13s\n", hour + 1,
                  mib(result.hours[hour].heap_bytes).c_str(),
                  mib(result.hours[hour].resident_bytes).c_str());
    out << row;
  }
  char text[160];
  std::snprintf(
      text, sizeof text,
      "  %.1f h simulated in %.1f s of CPU; played %.2f h, stalled %.1f s, %lld requests\n",
      to_seconds(result.run.simulated) / 3600, result.cpu_seconds,
      to_seconds(result.run.played) / 3600, to_seconds(result.run.stalled),
      static_cast<long long>(result.run.requests));
  out << text;
  const int64_t growth = growth_bytes(result.hours);
  const bool is_flat = growth <= kMostGrowthBytes;
  if (!is_flat) out << "  memory grows: " << mib(growth) << " MiB more in the second half\n";
  if (result.run.violation) {
    out << "  promise " << result.run.violation->invariant << " is broken at "
        << to_seconds(Duration{result.run.violation->at.us}) << " s: " << result.run.violation->what
        << '\n';
    for (const std::string& line : result.run.last_lines) out << "    " << line << '\n';
  }
  return is_flat && !result.run.violation;
}

}  // namespace playhead::swarm
