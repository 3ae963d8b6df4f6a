// SPDX-License-Identifier: Apache-2.0
#include "support/sim_sinks.h"

#include <algorithm>

namespace playhead::test {

Result<AudioFormat> SimAudioSink::open(AudioFormat wanted) {
  if (is_unplugged_) return make_error(ErrorCode::kAudioOutput, "no simulated sound device");
  ++opened_;
  format_ = wanted;
  is_open_ = true;
  is_running_ = false;
  written_ = played_ = remainder_us_ = silent_frames_ = 0;
  seen_ = executor_.now();
  return wanted;
}

void SimAudioSink::close() { is_open_ = false; }

void SimAudioSink::write(const float* samples, int64_t frames) {
  advance(executor_.now());
  if (samples[0] == 0) silent_frames_ += frames;
  written_ += frames;
}

void SimAudioSink::advance(MonotonicTime now) {
  if (is_running_) {
    remainder_us_ += (now - seen_).count() * format_.sample_rate;
    const int64_t due = remainder_us_ / 1'000'000;
    remainder_us_ %= 1'000'000;
    const int64_t played = std::min(due, written_ - played_);
    underrun_frames_ += due - played;
    played_ += played;
  }
  seen_ = now;
}

int64_t SimAudioSink::frames_played(MonotonicTime now) {
  advance(now);
  return played_;
}

void SimAudioSink::pause() {
  advance(executor_.now());
  is_running_ = false;
}

void SimAudioSink::resume() {
  advance(executor_.now());
  is_running_ = true;
}

void SimAudioSink::flush() {
  pause();
  ++flushed_;
  total_played_ += played_;
  written_ = played_ = remainder_us_ = 0;
}

}  // namespace playhead::test
