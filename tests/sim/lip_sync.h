// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "support/sim_world.h"

namespace playhead::test {

// How far the sound that is heard is ahead of the picture on the screen, by what both say they are;
// nothing while one of them is not there.
inline std::optional<Duration> sound_ahead(SimWorld& world) {
  const MonotonicTime now = world.executor.now();
  const auto& shown = world.screen->shown();
  const std::optional<int64_t> heard_ms = world.speaker->heard_content_ms(now);
  if (shown.empty() || shown.back().content_us < 0 || !heard_ms) return std::nullopt;
  const int64_t seen_us = shown.back().content_us + (now - shown.back().at).count();
  int64_t ahead_ms = (*heard_ms - seen_us / 1000) % kSoundMarks;
  if (ahead_ms > kSoundMarks / 2) ahead_ms -= kSoundMarks;
  if (ahead_ms < -kSoundMarks / 2) ahead_ms += kSoundMarks;
  return Duration{ahead_ms * 1000};
}

// What a stretch of playback was like.
struct LipSync {
  Duration worst{0};          // between sound and pictures
  Duration both{0};           // there were both
  Duration silence{0};        // there was no sound
  Duration longest_still{0};  // the same picture stood
};

// Lets it play for so long, looking on.
inline LipSync watch_lips(SimWorld& world, Duration duration) {
  constexpr Duration kLook = 50ms;
  LipSync seen;
  for (Duration gone{0}; gone < duration; gone += kLook) {
    world.run_for(kLook);
    if (const auto ahead = sound_ahead(world)) {
      seen.worst = std::max(seen.worst, std::max(*ahead, -*ahead));
      seen.both += kLook;
    } else {
      seen.silence += kLook;
    }
    const auto& shown = world.screen->shown();
    if (shown.empty()) continue;
    seen.longest_still = std::max(seen.longest_still, world.executor.now() - shown.back().at);
  }
  return seen;
}

}  // namespace playhead::test
