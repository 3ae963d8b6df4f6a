// SPDX-License-Identifier: Apache-2.0
#include "null_audio_sink.h"

namespace demo {

bool NullAudioSink::open(SoundFormat& format) {
  sample_rate_ = format.sample_rate;
  flush();
  return true;
}

void NullAudioSink::write(const float*, int64_t frames) {
  advance();
  const bool was_empty = played_ == written_;
  written_ += frames;
  if (!was_empty) return;
  // The time it had nothing to play is silence, not sound.
  origin_us_ = clock_();
  origin_frames_ = played_;
}

int64_t NullAudioSink::frames_played() {
  advance();
  return played_;
}

void NullAudioSink::pause() {
  advance();
  is_running_ = false;
}

void NullAudioSink::resume() {
  if (is_running_) return;
  is_running_ = true;
  origin_us_ = clock_();
  origin_frames_ = played_;
}

void NullAudioSink::flush() {
  is_running_ = false;
  written_ = played_ = 0;
}

void NullAudioSink::advance() {
  if (!is_running_) return;
  const int64_t elapsed_us = clock_() - origin_us_;
  // Split, so that years of playing do not overflow.
  const int64_t frames =
      elapsed_us / 1'000'000 * sample_rate_ + elapsed_us % 1'000'000 * sample_rate_ / 1'000'000;
  const int64_t due = origin_frames_ + frames;
  played_ = due < written_ ? due : written_;
}

}  // namespace demo
