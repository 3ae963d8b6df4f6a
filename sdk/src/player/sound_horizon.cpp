// SPDX-License-Identifier: Apache-2.0
#include "player/sound_horizon.h"

namespace playhead {

namespace {

// Pictures this far into a segment are that segment's, whatever the containers' rounding.
constexpr Duration kEdge = 100ms;
// A segment that came in whole this long ago has been taken apart (chosen: ten times what a slow
// device takes). Longer: a title of very long segments without sound starts later.
constexpr Duration kTakenApart = 3s;

}  // namespace

void SoundHorizon::restart() { *this = SoundHorizon(); }

void SoundHorizon::note_loaded(MediaTime segment_start, MonotonicTime now) {
  starts_.push_back(segment_start);
  settles_at_ = now + kTakenApart;
}

std::optional<MediaTime> SoundHorizon::settled(std::optional<MediaTime> pictures_end,
                                               MonotonicTime now) {
  while (!starts_.empty() && (!pictures_end || starts_.front() + kEdge < *pictures_end)) {
    settled_ = starts_.front();
    starts_.pop_front();
  }
  if (settles_at_ && now >= *settles_at_) return MediaTime::max();
  return settled_;
}

}  // namespace playhead
