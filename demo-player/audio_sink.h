// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "playhead/playhead.h"

namespace demo {

struct SoundFormat {
  int sample_rate = 48'000;
  int channels = 2;
};

// Sound out as the library asks for it (see playhead_audio_sink); called on the engine thread.
class AudioSink {
 public:
  virtual ~AudioSink() = default;
  // False when there is no device; else `format` becomes what the device takes.
  virtual bool open(SoundFormat& format) = 0;
  virtual void close() = 0;
  virtual void write(const float* samples, int64_t frames) = 0;
  [[nodiscard]] virtual int64_t frames_played() = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void flush() = 0;
  virtual void set_volume(double volume) = 0;
};

// Plays on `first`, or on `second` when that cannot be opened.
[[nodiscard]] std::unique_ptr<AudioSink> make_fallback_sink(std::unique_ptr<AudioSink> first,
                                                            std::unique_ptr<AudioSink> second);

// The sink as a table of the library, which owns it from then on.
[[nodiscard]] playhead_audio_sink make_audio_table(std::unique_ptr<AudioSink> sink);

}  // namespace demo
