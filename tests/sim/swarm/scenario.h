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

// A make-believe title.
struct TitleShape {
  bool is_dash = false;
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

  [[nodiscard]] Duration duration() const;
  // What the smallest choice of picture and sound together needs.
  [[nodiscard]] int64_t least_bps() const;
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
  std::optional<Duration> url_life;  // signed URLs end after that
  Duration length{0};                // of the phase with faults
  std::vector<Fault> faults;         // in order of time
};

struct ScenarioOptions {
  // Recorded networks for half of the seeds; empty: made-up ones for all.
  std::string traces_folder;
  // Names of faults that do not happen.
  std::set<std::string> without;
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
