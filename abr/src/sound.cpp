// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/sound.h"

#include <algorithm>

namespace playhead::abr {

namespace {

// Nobody hears a difference above it in stereo AAC (chosen). Lower: sound that some do hear;
// higher: bytes for nothing.
constexpr Bitrate kPlenty{200'000};
// Part of the link that is the sound's when pictures take all of their margin (chosen: what the
// margin leaves, less a quarter for waiting and errors). More: pictures are late; less: poor sound
// beside good pictures.
constexpr double kShare = 0.15;
// A higher bitrate is taken when there is so much more room than it needs (chosen: the forecast of
// a steady link stays within). Less: sound switches with every wobble; more: it stays poor.
constexpr double kClimb = 1.25;

}  // namespace

std::size_t choose_sound(const SoundInputs& in, const Settings& settings) {
  double room = static_cast<double>(kPlenty.bps) * kClimb;
  if (in.forecast.throughput.bps > 0) {
    const auto link = static_cast<double>(in.forecast.throughput.bps);
    const double left = settings.margin * link - static_cast<double>(in.highest_picture.bps);
    room = std::max(kShare * link, left);
  }
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < in.ladder.size() && in.ladder[i] <= kPlenty; ++i) {
    const bool is_climb = in.current && i > *in.current;
    const auto needed = static_cast<double>(in.ladder[i].bps) * (is_climb ? kClimb : 1);
    if (needed <= room) chosen = i;
  }
  return chosen;
}

}  // namespace playhead::abr
