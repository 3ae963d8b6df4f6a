// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "playhead/media.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"

struct AVFrame;

namespace playhead {

// Decoded sound of any format in, chunks in the sink's format out: resampled, and stretched to the
// playback speed with the pitch kept (SoundTouch; left out at speed 1). A chunk's times follow
// from counting samples since the first one of a run, so they cannot drift. A run ends when the
// input's time jumps, its format or the speed changes; nothing is lost there. One worker.
class AudioStretcher {
 public:
  // Input whose time is further than this from where counting puts it begins a new run. Containers
  // round times (90 kHz, milliseconds), which must not; below it sound and picture stay in step
  // as far as anyone can notice.
  static constexpr Duration kMaxTimeError = std::chrono::milliseconds(10);

  AudioStretcher(AudioFormat output, UniqueFunction<void(AudioChunk)> on_chunk);
  ~AudioStretcher();

  // `time` is the media time of the frame's first sample. Errors: kDecodeFailed.
  Result<void> push(AVFrame& frame, MediaTime time);
  // 0.5..2 (clamped). Input pushed before still comes out at the old speed.
  Result<void> set_speed(double speed);
  // Everything pushed comes out.
  Result<void> drain();
  // Everything pushed and not yet out is forgotten.
  void reset();

 private:
  class Run;

  Result<void> begin_run(const AVFrame& frame, MediaTime time);
  void emit(std::vector<float> samples);
  [[nodiscard]] MediaTime media_time_of(int64_t output_frames) const;

  const AudioFormat output_;
  UniqueFunction<void(AudioChunk)> on_chunk_;
  double speed_ = 1;
  std::unique_ptr<Run> run_;  // null between runs
  // Of this run.
  MediaTime run_start_;
  int64_t frames_in_ = 0;   // at the input's rate
  int64_t frames_out_ = 0;  // at the output's rate
};

}  // namespace playhead
