// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>

#include "playhead/time.h"

namespace playhead {

// Up to where it is certain that no more sound will come than has come. Sound may be announced and
// absent, or end before the pictures do; then nothing may wait for it. Segments are taken apart in
// order, so the next one's arrival settles the one before. Pure: time is given.
class SoundHorizon {
 public:
  // Begins anew: a seek, a new title.
  void restart();
  // A segment of the track that carries the sound has come in whole.
  void note_loaded(MediaTime segment_start, MonotonicTime now);

  // `pictures_end`: the end of the pictures that have come out of the same segments; none when
  // sound has segments of its own. Nothing: nothing is certain yet.
  [[nodiscard]] std::optional<MediaTime> settled(std::optional<MediaTime> pictures_end,
                                                 MonotonicTime now);
  // When to ask again though nothing was loaded; none: no need to.
  [[nodiscard]] std::optional<MonotonicTime> next_look() const { return settles_at_; }

 private:
  std::deque<MediaTime> starts_;  // of segments not yet known to be reached
  std::optional<MediaTime> settled_;
  std::optional<MonotonicTime> settles_at_;
};

}  // namespace playhead
