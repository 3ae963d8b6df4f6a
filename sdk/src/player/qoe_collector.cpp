// SPDX-License-Identifier: Apache-2.0
#include "player/qoe_collector.h"

#include <cmath>

namespace playhead {

void QoeCollector::start(MonotonicTime now) {
  *this = QoeCollector();
  started_ = now;
  since_ = now;
}

void QoeCollector::add_up(QoeSummary& summary, double& bit_seconds, Duration elapsed) const {
  if (state_ == PlayerState::kPlaying) {
    summary.play_time += elapsed;
    bit_seconds += static_cast<double>(bitrate_.bps) * to_seconds(elapsed);
  } else if (state_ == PlayerState::kRebuffering) {
    summary.rebuffer_time += elapsed;
  } else if (state_ == PlayerState::kBuffering && summary.startup && !has_run_) {
    summary.start_wait += elapsed;
  }
}

void QoeCollector::on_state(PlayerState state, MonotonicTime now) {
  add_up(summary_, bit_seconds_, now - since_);
  since_ = now;
  if (state == PlayerState::kRebuffering && state_ != state) ++summary_.rebuffer_count;
  state_ = state;
  has_run_ = has_run_ || state == PlayerState::kPlaying;
}

void QoeCollector::on_first_frame(MonotonicTime now) {
  if (summary_.startup) return;
  add_up(summary_, bit_seconds_, now - since_);
  since_ = now;
  summary_.startup = now - started_;
  summary_.phases.bytes = summary_.bytes;
}

void QoeCollector::on_step(std::optional<Duration> StartupPhases::*step, MonotonicTime now) {
  auto& time = summary_.phases.*step;
  if (!time && !summary_.startup) time = now - started_;
}

void QoeCollector::on_representation(Bitrate bitrate, bool is_switch, MonotonicTime now) {
  add_up(summary_, bit_seconds_, now - since_);
  since_ = now;
  if (is_switch) ++summary_.switches;
  bitrate_ = bitrate;
}

void QoeCollector::on_frames(int shown, int dropped) {
  summary_.shown_frames += shown;
  summary_.dropped_frames += dropped;
}

QoeSummary QoeCollector::summary(MonotonicTime now) const {
  QoeSummary summary = summary_;
  double bit_seconds = bit_seconds_;
  add_up(summary, bit_seconds, now - since_);
  if (summary.play_time > Duration{0}) {
    summary.mean_bitrate = {std::llround(bit_seconds / to_seconds(summary.play_time))};
  }
  return summary;
}

}  // namespace playhead
