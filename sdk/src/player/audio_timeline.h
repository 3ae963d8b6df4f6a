// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "playhead/time.h"

namespace playhead {

// Remembers which media time each audio frame given to the sink stands for, so that "frames heard"
// becomes a position. Engine thread.
class AudioTimeline {
 public:
  // Starts anew: the next frame is number 0 and stands for `start`.
  void restart(MediaTime start);
  void append(int64_t frames, MediaTime start, Duration media_duration);

  // Media time of the frame being heard when `frames_played` were heard. Forgets what lies before.
  MediaTime position(int64_t frames_played);

  // Where the next chunk should begin.
  [[nodiscard]] MediaTime end() const { return end_; }
  [[nodiscard]] int64_t frames() const { return frames_; }

 private:
  struct Piece {
    int64_t first_frame = 0;
    int64_t frames = 0;
    MediaTime start;
    Duration duration{0};
  };
  std::deque<Piece> pieces_;
  int64_t frames_ = 0;
  MediaTime end_;
};

}  // namespace playhead
