// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio_sink.h"
#include "clock.h"

namespace demo {

// A loudspeaker nobody hears: takes sound at the pace of its sample rate. One thread.
class NullAudioSink final : public AudioSink {
 public:
  explicit NullAudioSink(Clock clock) : clock_(std::move(clock)) {}

  bool open(SoundFormat& format) override;
  void close() override { flush(); }
  void write(const float* samples, int64_t frames) override;
  [[nodiscard]] int64_t frames_played() override;
  void pause() override;
  void resume() override;
  void flush() override;
  void set_volume(double) override {}

 private:
  void advance();

  Clock clock_;
  int64_t sample_rate_ = 48'000;
  bool is_running_ = false;
  int64_t written_ = 0, played_ = 0;
  // While sound is played: `played_` counts from here.
  int64_t origin_us_ = 0, origin_frames_ = 0;
};

}  // namespace demo
