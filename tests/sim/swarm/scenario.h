// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "playhead/config.h"
#include "sim/swarm/faults.h"
#include "support/sim_link.h"

namespace playhead::swarm {

// What is particular to a title that is still being made.
struct LiveShape {
  // DASH: SegmentTemplate with @duration, or with a SegmentTimeline.
  enum class Form : uint8_t { kHls, kDashNumber, kDashTimeline };
  Form form = Form::kHls;
  Duration window{60'000'000};  // kept behind the edge
  Duration part{0};             // HLS with low latency; 0: whole segments
  Duration age{3'600'000'000};  // of the encoder when the session begins
  Duration period{0};           // a new Period, HLS: a discontinuity, every so often; 0: never
  Duration delay{0};            // suggested distance from the edge; 0: none
  Duration latency_target{0};   // DASH ServiceDescription; 0: none
  Duration update_period{0};    // DASH; 0: a segment
  Duration clock_ahead{0};      // the service's clock, of the device's
  bool has_dates = true;        // HLS: EXT-X-PROGRAM-DATE-TIME
  bool has_utc_timing = false;  // DASH
};

// A make-believe title.
struct TitleShape {
  bool is_dash = false;
  std::size_t cdns = 1;                      // hosts that have all of it
  std::vector<Duration> periods;             // DASH Periods; HLS: stretches between discontinuities
  std::vector<int64_t> container_starts_us;  // of each
  std::vector<int64_t> video_bps;            // ascending; empty: sound alone
  int64_t audio_bps = 128'000;
  std::vector<std::string> languages;  // empty: no sound
  bool is_muxed = false;               // sound inside the pictures' segments
  Duration segment{4'000'000};
  Duration frame{500'000};        // of the pictures
  Duration audio_frame{200'000};  // of the sound
  int frames_per_gop = 4;
  std::optional<LiveShape> live;  // `periods` are not used then

  // Of live titles longer than any session.
  [[nodiscard]] Duration duration() const;
  // What the smallest choice of picture and sound together needs.
  [[nodiscard]] int64_t least_bps() const;
  // What its live playlists take besides, each fetched again for every segment that is made.
  [[nodiscard]] int64_t playlists_bps() const;
};

// One session, whole: everything in it comes from its seed.
struct Scenario {
  uint64_t seed = 0;
  TitleShape title;
  test::SimLink link;
  int64_t healed_bps = 0;  // the link when all faults are over
  int64_t best_bps = 0;    // the link at its best
  PlayerConfig player;
  bool uses_service = true;  // a title of the service; else a plain URL
  bool has_sound_device = true;
  Duration longest_slice{0};  // see SimTransport
  Duration store_delay{2'000};
  bool is_playlist = false;          // the app always names what comes next
  std::optional<Duration> url_life;  // signed URLs end after that
  Duration length{0};                // of the phase with faults
  std::vector<Fault> faults;         // in order of time
};

struct ScenarioOptions {
  // Recorded networks for half of the seeds; empty: made-up ones for all.
  std::string traces_folder;
  // Names of faults that do not happen.
  std::set<std::string> without;
  // Live titles, with what can go wrong with them; otherwise titles that are whole.
  bool is_live = false;
  // Whole titles that are short and follow one another.
  bool is_playlist = false;
  // All titles at one host, which does not fail by itself: what seeds were before there were more.
  bool is_on_one_cdn = false;
  // Every session this long; otherwise drawn.
  std::optional<Duration> length;
};

// Pure but for the recorded networks, which are read from their folder.
[[nodiscard]] Scenario draw_scenario(uint64_t seed, const ScenarioOptions& options);

// The same with these faults only.
[[nodiscard]] Scenario with_faults(Scenario scenario, const std::set<int>& numbers);
// The same with nothing but what the app does.
[[nodiscard]] Scenario without_faults(Scenario scenario);

// A few words about it.
[[nodiscard]] std::string describe(const Scenario& scenario);

}  // namespace playhead::swarm
