// SPDX-License-Identifier: Apache-2.0
#include "player/audio_timeline.h"

namespace playhead {

void AudioTimeline::restart(MediaTime start) {
  pieces_.clear();
  frames_ = 0;
  end_ = start;
}

void AudioTimeline::append(int64_t frames, MediaTime start, Duration media_duration) {
  if (frames <= 0) return;
  pieces_.push_back({frames_, frames, start, media_duration});
  frames_ += frames;
  end_ = start + media_duration;
}

MediaTime AudioTimeline::position(int64_t frames_played) {
  while (!pieces_.empty() &&
         pieces_.front().first_frame + pieces_.front().frames <= frames_played) {
    pieces_.pop_front();
  }
  if (pieces_.empty()) return end_;
  const Piece& piece = pieces_.front();
  const int64_t into = frames_played - piece.first_frame;
  if (into <= 0) return piece.start;
  return piece.start + Duration{piece.duration.count() * into / piece.frames};
}

}  // namespace playhead
