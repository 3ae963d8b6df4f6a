// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/events.h"
#include "playhead/time.h"

namespace playhead {

// Adds up one play's quality of experience from what the engine tells it. Pure: times are given.
class QoeCollector {
 public:
  void start(MonotonicTime now);
  void on_state(PlayerState state, MonotonicTime now);
  void on_first_frame(MonotonicTime now);
  // A step of the start is done; only the first call of each counts.
  void on_step(std::optional<Duration> StartupPhases::*step, MonotonicTime now);
  // Another Representation came on screen; `is_switch`: while another was shown by choice.
  void on_representation(Bitrate bitrate, bool is_switch, MonotonicTime now);
  void on_frames(int shown, int dropped);
  void on_error() { ++summary_.errors; }
  void on_bytes(int64_t bytes) { summary_.bytes += bytes; }

  // A download is played.
  void set_offline() { summary_.is_offline = true; }
  // So many of them were wasted, since start().
  void set_wasted(int64_t bytes) { summary_.wasted_bytes = bytes + wasted_on_next_; }
  // A title that was to come next was dropped: so many bytes came, and so many of them for nothing.
  void on_next_dropped(int64_t bytes, int64_t wasted) {
    summary_.bytes += bytes;
    summary_.wasted_bytes += wasted;
    wasted_on_next_ += wasted;
  }

  [[nodiscard]] const StartupPhases& phases() const { return summary_.phases; }
  [[nodiscard]] QoeSummary summary(MonotonicTime now) const;

 private:
  // Adds the time since the last call to what the state counts.
  void add_up(QoeSummary& summary, double& bit_seconds, Duration elapsed) const;

  QoeSummary summary_;
  int64_t wasted_on_next_ = 0;
  double bit_seconds_ = 0;  // bitrate shown times play time, in bits
  PlayerState state_ = PlayerState::kIdle;
  Bitrate bitrate_;
  MonotonicTime started_;
  bool has_run_ = false;
  MonotonicTime since_;  // when state or bitrate changed last
};

}  // namespace playhead
