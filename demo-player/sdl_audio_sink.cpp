// SPDX-License-Identifier: Apache-2.0
#include "sdl_audio_sink.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

#include <SDL.h>

#include "clock.h"
#include "played_frames.h"

namespace demo {
namespace {

// Frames a device asks for at once. Smaller: less latency; larger: fewer drop-outs on a busy
// machine. 1024 are 21 ms at 48 kHz.
constexpr Uint16 kDeviceFrames = 1024;
// Sound held for the device; what is beyond is dropped. The library writes a second or so ahead.
constexpr int64_t kMaxQueuedSeconds = 60;

class SdlAudioSink final : public AudioSink {
 public:
  ~SdlAudioSink() override { close(); }

  bool open(SoundFormat& format) override;
  void close() override;
  void write(const float* samples, int64_t frames) override;
  [[nodiscard]] int64_t frames_played() override;
  void pause() override { set_running(false); }
  void resume() override { set_running(true); }
  void flush() override;
  void set_volume(double volume) override;

 private:
  static void on_request(void* user, Uint8* bytes, int length);
  void fill(float* out, int64_t frames);
  int64_t copy_sound(float* out, int64_t frames);
  void set_running(bool is_running);

  SDL_AudioDeviceID device_ = 0;  // engine thread
  int channels_ = 2;              // fixed while the device is open
  int64_t max_queued_ = 0;        // samples

  std::mutex mutex_;  // guards all below: engine thread and the device's thread
  std::vector<float> queue_;
  std::size_t queue_begin_ = 0;  // samples of `queue_` already taken
  bool is_running_ = false;
  float volume_ = 1.0F, applied_volume_ = 1.0F;
  PlayedFrames played_;
};

bool SdlAudioSink::open(SoundFormat& format) {
  close();
  SDL_AudioSpec wanted{}, opened{};
  wanted.freq = format.sample_rate;
  wanted.format = AUDIO_F32SYS;
  wanted.channels = static_cast<Uint8>(format.channels);
  wanted.samples = kDeviceFrames;
  wanted.callback = on_request;
  wanted.userdata = this;
  device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, &opened,
                                SDL_AUDIO_ALLOW_FREQUENCY_CHANGE | SDL_AUDIO_ALLOW_CHANNELS_CHANGE);
  if (device_ == 0) return false;
  channels_ = opened.channels;
  max_queued_ = kMaxQueuedSeconds * opened.freq * opened.channels;
  format = {opened.freq, opened.channels};
  {
    const std::lock_guard lock(mutex_);
    played_.reset(opened.freq, opened.samples);
    is_running_ = false;
  }
  // The device runs all the time and is fed silence while paused: so a pause is heard at once, and
  // its callbacks stay a clock.
  SDL_PauseAudioDevice(device_, 0);
  return true;
}

void SdlAudioSink::close() {
  if (device_ != 0) SDL_CloseAudioDevice(device_);  // waits for a running callback
  device_ = 0;
  flush();
}

void SdlAudioSink::write(const float* samples, int64_t frames) {
  const std::lock_guard lock(mutex_);
  // Taken samples are thrown away in large pieces, so that writing costs little on average.
  if (queue_begin_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_begin_));
    queue_begin_ = 0;
  }
  const int64_t space = max_queued_ - static_cast<int64_t>(queue_.size() - queue_begin_);
  const int64_t count = std::min(frames * channels_, std::max<int64_t>(space, 0));
  queue_.insert(queue_.end(), samples, samples + count);
}

int64_t SdlAudioSink::frames_played() {
  const std::lock_guard lock(mutex_);
  return played_.played(monotonic_us());
}

void SdlAudioSink::flush() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
  queue_begin_ = 0;
  is_running_ = false;
  played_.flush();
}

void SdlAudioSink::set_volume(double volume) {
  const std::lock_guard lock(mutex_);
  volume_ = static_cast<float>(volume);
}

void SdlAudioSink::set_running(bool is_running) {
  const std::lock_guard lock(mutex_);
  is_running_ = is_running;
}

void SdlAudioSink::on_request(void* user, Uint8* bytes, int length) {
  auto* sink = static_cast<SdlAudioSink*>(user);
  const int64_t samples = static_cast<int64_t>(length) / static_cast<int64_t>(sizeof(float));
  sink->fill(reinterpret_cast<float*>(bytes), samples / sink->channels_);
}

void SdlAudioSink::fill(float* out, int64_t frames) {
  const std::lock_guard lock(mutex_);
  const int64_t sound = is_running_ ? copy_sound(out, frames) : 0;
  std::fill(out + sound * channels_, out + frames * channels_, 0.0F);
  played_.on_request(monotonic_us(), frames, sound);
}

// A change of volume is spread over the block: a step would click.
int64_t SdlAudioSink::copy_sound(float* out, int64_t frames) {
  const auto queued = static_cast<int64_t>(queue_.size() - queue_begin_) / channels_;
  const int64_t sound = std::min(frames, queued);
  const float step = sound > 0 ? (volume_ - applied_volume_) / static_cast<float>(sound) : 0.0F;
  const float* from = queue_.data() + queue_begin_;
  for (int64_t frame = 0; frame < sound; ++frame) {
    applied_volume_ += step;
    for (int channel = 0; channel < channels_; ++channel) *out++ = *from++ * applied_volume_;
  }
  if (sound > 0) applied_volume_ = volume_;
  queue_begin_ += static_cast<std::size_t>(sound * channels_);
  return sound;
}

}  // namespace

std::unique_ptr<AudioSink> make_sdl_audio_sink() { return std::make_unique<SdlAudioSink>(); }

}  // namespace demo
