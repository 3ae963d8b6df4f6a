// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/sinks.h"

#include <algorithm>

#include "sim/swarm/media.h"

namespace playhead::swarm {

Result<AudioFormat> SwarmSpeaker::open(AudioFormat wanted) {
  if (is_missing_) return make_error(ErrorCode::kAudioOutput, "no simulated sound device");
  is_open_ = true;
  flush();
  wanted.sample_rate = kRate;
  wanted.channels = 1;
  return wanted;
}

void SwarmSpeaker::write(const float* samples, int64_t frames) {
  advance(executor_.now());
  if (frames <= 0) return;
  const auto index = sound_index(samples[0]);
  if (stretches_.empty() || stretches_.back().index != index)
    stretches_.push_back({written_, index});
  const auto last = sound_index(samples[frames - 1]);
  if (last != index) stretches_.push_back({written_ + frames / 2, last});
  written_ += frames;
}

void SwarmSpeaker::advance(MonotonicTime now) {
  if (is_running_ && !is_stopped_) {
    remainder_ += (now - seen_).count() * kRate;
    const int64_t due = remainder_ / 1'000'000;
    remainder_ %= 1'000'000;
    played_ += std::min(due, written_ - played_);
    while (stretches_.size() > 1 && stretches_[1].first_frame <= played_) stretches_.pop_front();
  }
  seen_ = now;
}

int64_t SwarmSpeaker::frames_played(MonotonicTime now) {
  advance(now);
  return played_;
}

void SwarmSpeaker::pause() {
  advance(executor_.now());
  is_running_ = false;
}

void SwarmSpeaker::resume() {
  advance(executor_.now());
  is_running_ = true;
}

void SwarmSpeaker::flush() {
  is_running_ = false;
  written_ = played_ = remainder_ = 0;
  stretches_.clear();
  seen_ = executor_.now();
}

void SwarmSpeaker::set_stopped(bool stopped) {
  advance(executor_.now());
  is_stopped_ = stopped;
}

std::optional<int64_t> SwarmSpeaker::heard(MonotonicTime now) {
  advance(now);
  if (!is_open_ || !is_running_ || is_stopped_ || stretches_.empty() || played_ >= written_) {
    return std::nullopt;
  }
  return stretches_.front().index;
}

}  // namespace playhead::swarm
