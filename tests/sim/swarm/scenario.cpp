// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/scenario.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "sim/swarm/cdns.h"
#include "sim/swarm/dice.h"
#include "sim/swarm/live_scenario.h"

namespace playhead::swarm {

namespace {

Duration seconds(double value) { return from_seconds(value); }

TitleShape draw_title(uint64_t seed) {
  Dice dice(seed, "title");
  TitleShape title;
  title.is_dash = dice.chance(0.5);
  const auto length = static_cast<int64_t>(dice.log_between(20, 2.5 * 3600));
  const int64_t parts = dice.chance(0.6) ? 1 : dice.between(2, dice.chance(0.1) ? 60 : 6);
  for (int64_t i = 0; i < parts; ++i) {
    title.periods.push_back(std::chrono::seconds(std::max<int64_t>(length / parts, 2)));
    title.container_starts_us.push_back(dice.chance(0.5) ? 0 : dice.below(90'000) * 1'000'000);
  }
  static constexpr int kSegmentSeconds[] = {1, 2, 2, 4, 4, 4, 6, 10};
  title.segment = std::chrono::seconds(dice.pick(kSegmentSeconds));
  static constexpr int kFrameMs[] = {500, 500, 500, 500, 500, 250, 100, 40};
  title.frame = std::chrono::milliseconds(dice.pick(kFrameMs));
  static constexpr int kAudioMs[] = {250, 250, 250, 250, 200, 100, 20};
  title.audio_frame = std::chrono::milliseconds(dice.pick(kAudioMs));
  const int64_t in_segment = title.segment / title.frame;
  title.frames_per_gop = static_cast<int>(std::max<int64_t>(in_segment / dice.between(1, 3), 1));
  double bps = dice.log_between(120'000, 900'000);
  for (int64_t i = dice.between(1, 8); i > 0; --i) {
    title.video_bps.push_back(static_cast<int64_t>(bps) / 1000 * 1000);
    bps *= 1.4 + dice.unit();
  }
  title.audio_bps = dice.between(48, 192) * 1000;
  if (!dice.chance(0.08)) title.languages.push_back("en");
  if (!title.languages.empty() && dice.chance(0.5)) title.languages.push_back("de");
  title.is_muxed = !title.languages.empty() && dice.chance(0.2);
  if (!title.languages.empty() && !title.is_muxed && dice.chance(0.04)) title.video_bps.clear();
  if (title.is_muxed) title.languages.resize(1);
  return title;
}

test::SimLink draw_link(uint64_t seed) {
  Dice dice(seed, "link");
  test::SimLink link;
  link.phases.clear();
  const double base = dice.log_between(400'000, 40'000'000);
  const double swing = dice.chance(0.3) ? 0 : dice.unit() * 1.2;
  const double dips = dice.chance(0.5) ? 0 : dice.unit() * 0.1;
  const auto rtt = std::chrono::milliseconds(static_cast<int64_t>(dice.log_between(5, 300)));
  for (int i = swing == 0 && dips == 0 ? 1 : 200; i > 0; --i) {
    const double rate = base * std::exp((dice.unit() + dice.unit() - 1) * swing);
    link.phases.push_back(
        {std::chrono::seconds(dice.between(1, 20)), static_cast<int64_t>(rate), rtt});
    if (dice.chance(dips))
      link.phases.push_back({std::chrono::seconds(dice.between(1, 8)), 0, rtt});
  }
  link.is_multiplexed = dice.chance(0.6);
  link.handshake_round_trips = static_cast<int>(dice.between(1, 3));
  return link;
}

// Rows of "duration_ms,bandwidth_kbps,latency_ms" after one of names.
std::vector<test::SimLinkPhase> read_trace(const std::filesystem::path& file) {
  std::vector<test::SimLinkPhase> phases;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const char* at = line.c_str();
    char* end = nullptr;
    test::SimLinkPhase phase;
    phase.duration = std::chrono::milliseconds(std::strtoll(at, &end, 10));
    phase.bits_per_second = (*end == ',' ? std::strtoll(end + 1, &end, 10) : 0) * 1000;
    phase.rtt = std::chrono::milliseconds(*end == ',' ? std::strtoll(end + 1, &end, 10) : 20);
    if (phase.duration > Duration{0}) phases.push_back(phase);
  }
  return phases;
}

void draw_recorded_link(uint64_t seed, const std::string& folder, test::SimLink& link) {
  Dice dice(seed, "trace");
  if (folder.empty() || !dice.chance(0.5)) return;
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failure)) {
    if (entry.path().extension() != ".csv") continue;
    if (entry.path().parent_path() != std::filesystem::path(folder)) files.push_back(entry.path());
  }
  if (files.empty()) return;
  std::sort(files.begin(), files.end());
  auto phases =
      read_trace(files[static_cast<std::size_t>(dice.below(static_cast<int64_t>(files.size())))]);
  if (!phases.empty()) link.phases = std::move(phases);
}

PlayerConfig draw_config(uint64_t seed) {
  Dice dice(seed, "config");
  PlayerConfig config;
  config.buffering.start = std::chrono::milliseconds(dice.between(100, 3000));
  config.buffering.after_rebuffer = std::chrono::milliseconds(dice.between(500, 5000));
  config.buffering.target = std::chrono::seconds(static_cast<int64_t>(dice.log_between(8, 120)));
  config.buffering.back = std::chrono::seconds(dice.between(0, 30));
  config.buffering.max_bytes = static_cast<int64_t>(dice.log_between(4, 200)) << 20;
  config.progress_interval = dice.chance(0.5) ? 4s : 10s;
  static constexpr AbrPreset kPresets[] = {AbrPreset::kVod, AbrPreset::kVod, AbrPreset::kLive,
                                           AbrPreset::kDataSaver, AbrPreset::kMaxQuality};
  config.preset = dice.pick(kPresets);
  return config;
}

// What is particular to a kind of fault: whom it hits, how long, how much.
void draw_details(Fault& fault, Dice& dice) {
  const double where = dice.unit();
  fault.target = where < 0.75   ? FaultTarget::kMedia
                 : where < 0.85 ? FaultTarget::kManifest
                 : where < 0.95 ? FaultTarget::kApi
                                : FaultTarget::kAny;
  fault.extra = dice.next();
  const Duration brief = seconds(dice.log_between(0.5, 20));
  const Duration window = seconds(dice.log_between(0.5, dice.chance(0.1) ? 600 : 40));
  switch (fault.kind) {
    case FaultKind::kNotFound:
    case FaultKind::kForbidden:
    case FaultKind::kGone:
    case FaultKind::kServerError:
    case FaultKind::kBusy:
    case FaultKind::kEmptySegment:
    case FaultKind::kStrangeContainer:
    case FaultKind::kDamagedSample:
      fault.is_sticky = dice.chance(0.3);
      fault.length = fault.is_sticky ? window * 2 : Duration{0};
      fault.amount = dice.below(1000);
      break;
    case FaultKind::kRetryAfter:
      fault.amount = static_cast<int64_t>(dice.log_between(1, 120));
      break;
    case FaultKind::kResetMidBody:
    case FaultKind::kShortBody:
    case FaultKind::kCutAtClose:
    case FaultKind::kStallMidBody:
    case FaultKind::kCutManifest:
      fault.amount = dice.below(1'000'000);
      break;
    case FaultKind::kSlowLoris:
      fault.amount = static_cast<int64_t>(dice.log_between(8, 400'000));
      break;
    case FaultKind::kSlowLink:
      fault.amount = static_cast<int64_t>(dice.log_between(10'000, 500'000));
      fault.length = window;
      break;
    case FaultKind::kLongRoundTrips:
      fault.amount = dice.between(200, 2500);
      fault.length = window;
      break;
    case FaultKind::kOutage:
    case FaultKind::kDnsFailure:
    case FaultKind::kCaptivePortal:
    case FaultKind::kRangeIgnored:
    case FaultKind::kWrongContentRange:
    case FaultKind::kServiceDown:
    case FaultKind::kStoreFails:
    case FaultKind::kStoreFull:
    case FaultKind::kDecoderLate:
    case FaultKind::kDemuxerLate:
    case FaultKind::kAudioDeviceGone:
      fault.length = window;
      fault.amount = dice.between(10, 1500);
      break;
    case FaultKind::kDecoderDies:
    case FaultKind::kAudioDeviceStops:
    case FaultKind::kBackground:
    case FaultKind::kPause:
      fault.length = dice.chance(0.1) ? window * 10 : brief;
      break;
    case FaultKind::kStarved:
      fault.amount = static_cast<int64_t>(dice.log_between(50, 20'000));
      break;
    case FaultKind::kCdnDies:
    case FaultKind::kCdnLacks:
      fault.length = seconds(dice.log_between(5, 60));
      fault.amount = dice.below(kMostCdns);  // which; where there is one, that
      break;
    case FaultKind::kWallJump:
      fault.amount = dice.between(-3600 * 24 * 30, 3600 * 24 * 365);
      break;
    default:
      fault.amount = dice.below(1'000'000);
      break;
  }
}

// So short that their ends are reached.
void draw_short_title(uint64_t seed, TitleShape& title) {
  Dice dice(seed, "playlist");
  const int64_t parts = dice.chance(0.7) ? 1 : 2;
  title.periods.resize(1);
  title.container_starts_us.resize(1);
  title.periods.front() = std::chrono::seconds(dice.between(10, 120) / parts);
  if (parts == 1) return;
  title.periods.push_back(title.periods.front());
  title.container_starts_us.push_back(dice.below(90'000) * 1'000'000);
}

std::vector<Fault> draw_faults(uint64_t seed, Duration length, const ScenarioOptions& options,
                               std::size_t title_cdns) {
  static constexpr double kIntensity[] = {0, 0.03, 0.1, 0.1, 0.3, 0.3, 1};
  // More than that in one session and nothing of it plays.
  constexpr std::size_t kMostFaults = 3000;
  Dice swarm(seed, "swarm");
  const double troubles = swarm.pick(kIntensity);
  const double actions = swarm.pick(kIntensity);
  // One of two CDNs fails in sessions that are calm otherwise as well.
  Dice cdns(seed, "cdn faults");
  const double cdn_troubles = title_cdns > 1 ? cdns.pick(kIntensity) : troubles;
  std::vector<Fault> faults;
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    const auto kind = static_cast<FaultKind>(k);
    const bool is_cdn = is_of_cdn(kind);
    if (is_of_live(kind) && !options.is_live) continue;
    if (is_of_playlist(kind) && !options.is_playlist) continue;
    if (is_cdn && options.is_on_one_cdn) continue;
    Dice& by = is_cdn ? cdns : swarm;
    const bool is_on = by.chance(0.5);
    const double rate = by.log_between(is_cdn ? 0.05 : 0.005, 1);  // a minute
    const double per_minute = rate * (is_action(kind) ? actions : is_cdn ? cdn_troubles : troubles);
    if (!is_on || per_minute <= 0) continue;
    Dice dice(seed, info_of(kind).name);
    double minute = 0;
    for (std::size_t i = 0; i < kMostFaults; ++i) {
      minute += -std::log(1 - dice.unit()) / per_minute;
      Fault fault;
      fault.kind = kind;
      fault.at = seconds(minute * 60);
      if (fault.at >= length) break;
      draw_details(fault, dice);
      draw_live_details(fault, dice, length);
      faults.push_back(fault);
    }
  }
  // Those of CDNs have the last numbers: others have theirs with and without them.
  const auto is_earlier = [](const Fault& a, const Fault& b) { return a.at < b.at; };
  const auto first_of_cdns =
      std::find_if(faults.begin(), faults.end(), [](const Fault& f) { return is_of_cdn(f.kind); });
  std::stable_sort(faults.begin(), first_of_cdns, is_earlier);
  std::stable_sort(first_of_cdns, faults.end(), is_earlier);
  if (faults.size() > kMostFaults) faults.resize(kMostFaults);
  for (std::size_t i = 0; i < faults.size(); ++i) faults[i].number = static_cast<int>(i + 1);
  std::stable_sort(faults.begin(), faults.end(), is_earlier);
  return faults;
}

}  // namespace

Duration TitleShape::duration() const {
  if (live) return 100'000h;
  Duration total{0};
  for (const Duration period : periods) total += period;
  return total;
}

int64_t TitleShape::least_bps() const {
  const int64_t video = video_bps.empty() ? 0 : video_bps.front();
  return video + (languages.empty() || is_muxed ? 0 : audio_bps);
}

int64_t TitleShape::playlists_bps() const {
  if (!live || is_dash) return 0;
  constexpr int64_t kEntryBits = 90 * 8;  // a segment's lines, not compressed
  const int64_t playlists = (video_bps.empty() ? 0 : 1) + (languages.empty() || is_muxed ? 0 : 1);
  return playlists * (live->window / segment) * kEntryBits * 1'000'000 / segment.count();
}

Scenario draw_scenario(uint64_t seed, const ScenarioOptions& options) {
  Dice dice(seed, "session");
  Scenario scenario;
  scenario.seed = seed;
  scenario.title = draw_title(seed);
  if (options.is_live) draw_live_title(seed, scenario.title);
  scenario.is_playlist = options.is_playlist && !options.is_live;
  if (scenario.is_playlist) draw_short_title(seed, scenario.title);
  if (!options.is_on_one_cdn && Dice(seed, "cdns").chance(1 / 3.0)) {
    scenario.title.cdns = kMostCdns;
  }
  scenario.link = draw_link(seed);
  draw_recorded_link(seed, options.traces_folder, scenario.link);
  scenario.healed_bps = std::max<int64_t>(scenario.title.least_bps() * 3, 300'000);
  scenario.best_bps = scenario.healed_bps;
  for (const auto& phase : scenario.link.phases) {
    scenario.best_bps = std::max(scenario.best_bps, phase.bits_per_second);
  }
  scenario.player = draw_config(seed);
  if (options.is_live) draw_live_config(seed, scenario.player);
  scenario.uses_service = dice.chance(0.8);
  scenario.has_sound_device = !dice.chance(0.1);
  scenario.longest_slice = std::chrono::milliseconds(dice.between(50, 300));
  scenario.store_delay =
      std::chrono::milliseconds(dice.chance(0.9) ? dice.between(0, 20) : dice.between(100, 3000));
  if (scenario.uses_service && dice.chance(0.2)) {
    scenario.url_life = std::chrono::seconds(dice.between(60, 900));
  }
  const double drawn = dice.log_between(60, 2.0 * 3600);
  scenario.length = options.length.value_or(seconds(drawn));
  scenario.faults = draw_faults(seed, scenario.length, options, scenario.title.cdns);
  for (Fault& fault : scenario.faults) {
    if (is_of_cdn(fault.kind)) fault.amount %= static_cast<int64_t>(scenario.title.cdns);
  }
  std::erase_if(scenario.faults, [&](const Fault& fault) {
    return options.without.count(std::string(info_of(fault.kind).name)) != 0;
  });
  return scenario;
}

Scenario with_faults(Scenario scenario, const std::set<int>& numbers) {
  std::erase_if(scenario.faults, [&](const Fault& f) { return numbers.count(f.number) == 0; });
  return scenario;
}

Scenario without_faults(Scenario scenario) {
  std::erase_if(scenario.faults, [](const Fault& f) { return !is_action(f.kind); });
  return scenario;
}

std::string describe(const Scenario& scenario) {
  const TitleShape& title = scenario.title;
  std::ostringstream out;
  out << (title.is_dash ? "DASH" : "HLS") << ", ";
  if (title.live) {
    out << describe(*title.live);
  } else {
    out << title.duration().count() / 1'000'000 << " s in " << title.periods.size()
        << (title.periods.size() == 1 ? " part, " : " parts, ")
        << (scenario.is_playlist ? "one after another, " : "");
  }
  if (title.cdns > 1) out << "at " << title.cdns << " CDNs, ";
  out << title.video_bps.size() << " Representations from "
      << (title.video_bps.empty() ? 0 : title.video_bps.front() / 1000) << " to "
      << (title.video_bps.empty() ? 0 : title.video_bps.back() / 1000) << " kbit/s, segments of "
      << title.segment.count() / 1'000'000 << " s"
      << (title.is_muxed            ? ", muxed"
          : title.languages.empty() ? ", no sound"
                                    : "")
      << "; link up to " << scenario.best_bps / 1000 << " kbit/s, HTTP/"
      << (scenario.link.is_multiplexed ? 2 : 1) << "; " << scenario.length.count() / 1'000'000
      << " s with " << scenario.faults.size() << " faults";
  return out.str();
}

}  // namespace playhead::swarm
