// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/config.h"
#include "playhead/events.h"
#include "streaming/live_policy.h"

namespace playhead {

// Keeps playback of a live title where it should be: behind the edge by the target, and within what
// the title keeps. Says what to do; the engine does it. Engine thread.
class LiveControl {
 public:
  explicit LiveControl(const LiveConfig& config) : config_(config) {}

  // A new title.
  void reset();
  // Playback ran out of media.
  void on_stall(const LiveState& live, MonotonicTime now);

  // Where playback goes when it goes live.
  [[nodiscard]] MediaTime live_position(const LiveState& live, MonotonicTime now) const;
  // The nearest to `target` that can be played from: not what leaves the window next, nor nearer to
  // the edge than live_position().
  [[nodiscard]] MediaTime clamp(MediaTime target, const LiveState& live, MonotonicTime now) const;

  struct Situation {
    MediaTime position;
    Duration level{0};        // media buffered ahead
    bool is_playing = false;  // the clock runs
    bool is_paused = false;   // by the viewer
    double viewer_speed = 1;
    bool has_begun = true;  // something of the title was shown or heard
  };
  struct Decision {
    double correction = 1;          // speed to play at, times the viewer's
    std::optional<MediaTime> jump;  // go on there
    bool stops = false;             // end the play: kBehindLiveWindow
  };
  Decision decide(const LiveState& live, const Situation& situation, MonotonicTime now);

  [[nodiscard]] double correction() const { return correction_; }
  [[nodiscard]] LiveStatus status(const LiveState& live, MediaTime position,
                                  MonotonicTime now) const;

 private:
  [[nodiscard]] Duration target(const LiveState& live, MonotonicTime now) const;

  LiveConfig config_;
  TargetOffset target_;
  double correction_ = 1;
};

}  // namespace playhead
