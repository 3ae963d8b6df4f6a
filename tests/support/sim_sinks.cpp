// SPDX-License-Identifier: Apache-2.0
#include "support/sim_sinks.h"

#include <algorithm>

#include "support/sim_media.h"

namespace playhead::test {

Result<AudioFormat> SimAudioSink::open(AudioFormat wanted) {
  if (is_unplugged_) return make_error(ErrorCode::kAudioOutput, "no simulated sound device");
  ++opened_;
  format_ = wanted;
  is_open_ = true;
  is_running_ = false;
  written_ = played_ = remainder_us_ = silent_frames_ = 0;
  stretches_.clear();
  seen_ = executor_.now();
  return wanted;
}

void SimAudioSink::close() { is_open_ = false; }

void SimAudioSink::write(const float* samples, int64_t frames) {
  advance(executor_.now());
  if (samples[0] == 0) silent_frames_ += frames;
  while (stretches_.size() > 1 && stretches_[1].first_frame <= played_) stretches_.pop_front();
  if (stretches_.empty() || stretches_.back().mark != samples[0]) {
    stretches_.push_back({written_, samples[0]});
  }
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

std::optional<int64_t> SimAudioSink::heard_content_ms(MonotonicTime now) {
  const int64_t at = frames_played(now);
  const auto after =
      std::find_if(stretches_.begin(), stretches_.end(),
                   [at](const Stretch& stretch) { return stretch.first_frame > at; });
  if (after == stretches_.begin() || at >= written_) return std::nullopt;
  const Stretch& heard = *(after - 1);
  if (heard.mark == 0) return std::nullopt;
  return content_ms_of(heard.mark) + (at - heard.first_frame) * 1000 / format_.sample_rate;
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
  stretches_.clear();
}

}  // namespace playhead::test
