// SPDX-License-Identifier: Apache-2.0
#include "decode/audio_stretcher.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <SoundTouch.h>
extern "C" {
#include <libavutil/channel_layout.h>
}

#include "decode/ffmpeg_handles.h"

namespace playhead {

namespace {

static_assert(std::is_same_v<soundtouch::SAMPLETYPE, float>, "SoundTouch built for integers");

constexpr double kMinSpeed = 0.5;
constexpr double kMaxSpeed = 2;

// A decoder that knows only a number of channels means the usual order.
void normalise_layout(AVFrame& frame) {
  if (frame.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC) return;
  const int channels = frame.ch_layout.nb_channels;
  av_channel_layout_uninit(&frame.ch_layout);
  av_channel_layout_default(&frame.ch_layout, channels);
}

}  // namespace

// Resampler → [tempo]. Samples that leave are taken by take().
class AudioStretcher::Run {
 public:
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { av_channel_layout_uninit(&layout_); }

  [[nodiscard]] int sample_rate() const { return sample_rate_; }
  [[nodiscard]] bool fits(const AVFrame& frame) const {
    return frame.format == sample_format_ && frame.sample_rate == sample_rate_ &&
           av_channel_layout_compare(&frame.ch_layout, &layout_) == 0;
  }

  int open(const AVFrame& frame, const AudioFormat& output, double speed) {
    channels_ = static_cast<std::size_t>(output.channels);
    speed_ = speed;
    sample_format_ = frame.format;
    sample_rate_ = frame.sample_rate;
    int error = av_channel_layout_copy(&layout_, &frame.ch_layout);
    if (error < 0) return error;
    AVChannelLayout usual{};
    av_channel_layout_default(&usual, output.channels);
    SwrContext* resampler = nullptr;
    error = swr_alloc_set_opts2(&resampler, &usual, AV_SAMPLE_FMT_FLT, output.sample_rate, &layout_,
                                static_cast<AVSampleFormat>(sample_format_), sample_rate_, 0,
                                nullptr);
    av_channel_layout_uninit(&usual);
    resampler_.reset(resampler);
    if (error >= 0) error = swr_init(resampler_.get());
    if (error < 0 || speed == 1) return error;
    tempo_.emplace();
    tempo_->setChannels(static_cast<unsigned>(output.channels));
    tempo_->setSampleRate(static_cast<unsigned>(output.sample_rate));
    tempo_->setTempo(speed);
    return 0;
  }

  int push(const AVFrame& frame) {
    return convert(const_cast<const uint8_t**>(frame.extended_data), frame.nb_samples);
  }

  int finish() {
    const int error = convert(nullptr, 0);
    if (error < 0 || !tempo_) return error;
    tempo_->flush();
    stretch();
    // The last piece is filled up with silence.
    const auto most = static_cast<std::size_t>(std::llround(static_cast<double>(in_) / speed_));
    const std::size_t left = most > out_ ? (most - out_) * channels_ : 0;
    ready_.resize(std::min(ready_.size(), left));
    return 0;
  }

  std::vector<float> take() {
    out_ += ready_.size() / channels_;
    return std::exchange(ready_, {});
  }

 private:
  int convert(const uint8_t** data, int samples) {
    const int most = swr_get_out_samples(resampler_.get(), samples);
    if (most < 0) return most;
    std::vector<float> converted(static_cast<std::size_t>(most) * channels_);
    auto* to = reinterpret_cast<uint8_t*>(converted.data());
    const int count = swr_convert(resampler_.get(), &to, most, data, samples);
    if (count < 0) return count;
    in_ += count;
    converted.resize(static_cast<std::size_t>(count) * channels_);
    if (!tempo_) {
      ready_ = std::move(converted);
    } else if (count > 0) {
      tempo_->putSamples(converted.data(), static_cast<unsigned>(count));
      stretch();
    }
    return 0;
  }

  void stretch() {
    const std::size_t before = ready_.size();
    const unsigned count = tempo_->numSamples();
    ready_.resize(before + count * channels_);
    const unsigned received = tempo_->receiveSamples(ready_.data() + before, count);
    ready_.resize(before + received * channels_);
  }

  FfmpegPtr<SwrContext> resampler_;
  std::optional<soundtouch::SoundTouch> tempo_;  // none at speed 1
  std::vector<float> ready_;
  std::size_t channels_ = 0;
  double speed_ = 1;
  int64_t in_ = 0;       // frames resampled
  std::size_t out_ = 0;  // frames taken
  // The input it was opened for.
  int sample_format_ = -1;
  int sample_rate_ = 0;
  AVChannelLayout layout_{};
};

AudioStretcher::AudioStretcher(AudioFormat output, UniqueFunction<void(AudioChunk)> on_chunk)
    : output_(output), on_chunk_(std::move(on_chunk)) {}

AudioStretcher::~AudioStretcher() = default;

Result<void> AudioStretcher::push(AVFrame& frame, MediaTime time) {
  if (frame.nb_samples <= 0 || frame.sample_rate <= 0) return {};
  normalise_layout(frame);
  if (run_) {
    const MediaTime expected = run_start_ + Duration{ticks_to_us(frames_in_, run_->sample_rate())};
    const Duration error = time > expected ? time - expected : expected - time;
    if (error > kMaxTimeError || !run_->fits(frame)) {
      Result<void> drained = drain();
      if (!drained) return drained;
    }
  }
  if (!run_) {
    Result<void> begun = begin_run(frame, time);
    if (!begun) return begun;
  }
  frames_in_ += frame.nb_samples;
  const int error = run_->push(frame);
  if (error < 0) {
    reset();
    return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion", error);
  }
  emit(run_->take());
  return {};
}

Result<void> AudioStretcher::set_speed(double speed) {
  speed = std::clamp(speed == speed ? speed : 1, kMinSpeed, kMaxSpeed);
  if (speed == speed_) return {};
  Result<void> drained = drain();
  speed_ = speed;
  return drained;
}

Result<void> AudioStretcher::drain() {
  if (!run_) return {};
  const int error = run_->finish();
  if (error >= 0) emit(run_->take());
  reset();
  if (error < 0) return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion", error);
  return {};
}

void AudioStretcher::reset() { run_.reset(); }

Result<void> AudioStretcher::begin_run(const AVFrame& frame, MediaTime time) {
  run_ = std::make_unique<Run>();
  const int error = run_->open(frame, output_, speed_);
  if (error < 0) {
    reset();
    return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion cannot be set up", error);
  }
  run_start_ = time;
  frames_in_ = 0;
  frames_out_ = 0;
  return {};
}

void AudioStretcher::emit(std::vector<float> samples) {
  if (samples.empty()) return;
  AudioChunk chunk;
  chunk.format = output_;
  chunk.samples = std::move(samples);
  // Boundaries are converted, durations derived: neighbours abut exactly.
  chunk.time = media_time_of(frames_out_);
  frames_out_ += static_cast<int64_t>(chunk.samples.size()) / output_.channels;
  chunk.media_duration = media_time_of(frames_out_) - chunk.time;
  on_chunk_(std::move(chunk));
}

MediaTime AudioStretcher::media_time_of(int64_t output_frames) const {
  if (speed_ == 1) return run_start_ + Duration{ticks_to_us(output_frames, output_.sample_rate)};
  const double us = static_cast<double>(output_frames) * speed_ * 1e6 / output_.sample_rate;
  return run_start_ + Duration{std::llround(us)};
}

}  // namespace playhead
