// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/config.h"
#include "playhead/live.h"
#include "playhead/time.h"

// Pure: where in a live title to play, and how fast.
namespace playhead {

// What the streaming engine knows of a live title at one moment.
struct LiveState {
  MediaTime window_start;  // the oldest moment that can be fetched
  MediaTime window_end;    // up to here media is listed
  // From here on all of it can be fetched that is still needed: a track's own playlist may have
  // lost more than the window says.
  MediaTime kept_from;
  // The live edge: HLS, the end of the last segment or part; DASH, the time at which the newest
  // media is made.
  MediaTime edge;
  // When `edge` was seen first, and told last; it moves on as time passes.
  MonotonicTime edge_seen, edge_told;
  Duration edge_step{0};  // by how much it moves at a time: a part, a segment
  std::optional<Duration> suggested_delay;
  LatencyTargets latency;
  bool is_low_latency = false;          // parts are used
  std::optional<WallTime> media_epoch;  // wall-clock time of presentation time 0
};

// How far behind the edge to play. In order: what the app asks for, the title's latency target,
// what the title suggests; never further than the window.
[[nodiscard]] Duration live_target(const LiveState& live, const LiveConfig& config);

// How far `position` is behind the edge now.
[[nodiscard]] Duration live_offset(const LiveState& live, MediaTime position, MonotonicTime now);

// The offset that is aimed at: grows by trouble, shrinks while there is none. Engine thread.
class TargetOffset {
 public:
  // `least`: live_target() now.
  [[nodiscard]] Duration get(Duration least, MonotonicTime now) const;
  // Playback stalled.
  void on_stall(Duration least, MonotonicTime now);
  void reset() { extra_ = Duration{0}; }

 private:
  Duration extra_{0};  // at `since_`
  MonotonicTime since_;
};

struct LatencyInputs {
  Duration offset{0}, target{0};
  Duration level{0};      // media buffered ahead
  double correction = 1;  // in force
  double min_speed = 1, max_speed = 1;
};

// The speed to play at. Starts to correct when the offset is off by more than a tenth of the target
// (at least 100 ms), ends when it is met; never faster than normal on a short buffer.
[[nodiscard]] double decide_correction(const LatencyInputs& in);

// The speeds between which the offset of that title is corrected; both 1: it is not.
struct SpeedLimits {
  double min = 1, max = 1;
};
[[nodiscard]] SpeedLimits correction_limits(const LiveState& live, const LiveConfig& config);

}  // namespace playhead
