// SPDX-License-Identifier: Apache-2.0
#include "audio_sink.h"

#include <utility>

namespace demo {
namespace {

class FallbackSink final : public AudioSink {
 public:
  FallbackSink(std::unique_ptr<AudioSink> first, std::unique_ptr<AudioSink> second)
      : active_(std::move(first)), second_(std::move(second)) {}

  bool open(SoundFormat& format) override {
    if (active_->open(format)) return true;
    if (second_ == nullptr) return false;
    active_ = std::move(second_);
    active_->set_volume(volume_);
    return active_->open(format);
  }
  void close() override { active_->close(); }
  void write(const float* samples, int64_t frames) override { active_->write(samples, frames); }
  [[nodiscard]] int64_t frames_played() override { return active_->frames_played(); }
  void pause() override { active_->pause(); }
  void resume() override { active_->resume(); }
  void flush() override { active_->flush(); }
  void set_volume(double volume) override {
    volume_ = volume;
    active_->set_volume(volume);
  }

 private:
  std::unique_ptr<AudioSink> active_, second_;
  double volume_ = 1.0;
};

AudioSink& sink_of(void* user) { return *static_cast<AudioSink*>(user); }

playhead_status open_sink(void* user, const playhead_audio_format* wanted,
                          playhead_audio_format* opened) {
  SoundFormat format{wanted->sample_rate, wanted->channels};
  if (!sink_of(user).open(format)) return -PLAYHEAD_ERROR_AUDIO_OUTPUT;
  opened->sample_rate = format.sample_rate;
  opened->channels = format.channels;
  return PLAYHEAD_OK;
}

}  // namespace

std::unique_ptr<AudioSink> make_fallback_sink(std::unique_ptr<AudioSink> first,
                                              std::unique_ptr<AudioSink> second) {
  return std::make_unique<FallbackSink>(std::move(first), std::move(second));
}

playhead_audio_sink make_audio_table(std::unique_ptr<AudioSink> sink) {
  playhead_audio_sink table = PLAYHEAD_AUDIO_SINK_INIT;
  table.user = sink.release();
  table.destroy = [](void* user) { delete &sink_of(user); };
  table.open = open_sink;
  table.close = [](void* user) { sink_of(user).close(); };
  table.write = [](void* user, const float* samples, int64_t frames) {
    sink_of(user).write(samples, frames);
  };
  // The sinks read a clock of their own, the one their device's callbacks are stamped with.
  table.frames_played = [](void* user, int64_t) { return sink_of(user).frames_played(); };
  table.pause = [](void* user) { sink_of(user).pause(); };
  table.resume = [](void* user) { sink_of(user).resume(); };
  table.flush = [](void* user) { sink_of(user).flush(); };
  table.set_volume = [](void* user, double volume) { sink_of(user).set_volume(volume); };
  return table;
}

}  // namespace demo
