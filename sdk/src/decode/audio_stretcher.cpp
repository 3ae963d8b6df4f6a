// SPDX-License-Identifier: Apache-2.0
#include "decode/audio_stretcher.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

#include "decode/ffmpeg_handles.h"

namespace playhead {

namespace {

constexpr double kMinSpeed = 0.5;
constexpr double kMaxSpeed = 2;

// "stereo", "5.1" …: FFmpeg's usual layout for this many channels.
std::string layout_name(int channels) {
  AVChannelLayout layout{};
  av_channel_layout_default(&layout, channels);
  std::array<char, 64> name{};
  av_channel_layout_describe(&layout, name.data(), name.size());
  av_channel_layout_uninit(&layout);
  return name.data();
}

// A decoder that knows only a number of channels means the usual order.
void normalise_layout(AVFrame& frame) {
  if (frame.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC) return;
  const int channels = frame.ch_layout.nb_channels;
  av_channel_layout_uninit(&frame.ch_layout);
  av_channel_layout_default(&frame.ch_layout, channels);
}

}  // namespace

// abuffer → aformat (libavfilter puts the resampler in front) → [atempo] → abuffersink
struct AudioStretcher::Graph {
  FfmpegPtr<AVFilterGraph> graph;
  AVFilterContext* source = nullptr;
  AVFilterContext* sink = nullptr;
  // The input it was built for.
  int sample_format = -1;
  int sample_rate = 0;
  AVChannelLayout layout{};

  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { av_channel_layout_uninit(&layout); }

  [[nodiscard]] bool fits(const AVFrame& frame) const {
    return frame.format == sample_format && frame.sample_rate == sample_rate &&
           av_channel_layout_compare(&frame.ch_layout, &layout) == 0;
  }

  int build(const AVFrame& frame, const AudioFormat& output, double speed) {
    graph.reset(avfilter_graph_alloc());
    if (!graph) return AVERROR(ENOMEM);
    graph->nb_threads = 1;
    sample_format = frame.format;
    sample_rate = frame.sample_rate;
    int error = av_channel_layout_copy(&layout, &frame.ch_layout);
    if (error >= 0) error = add_source();
    AVFilterContext* last = source;
    if (error >= 0) error = add_format(output, last);
    if (error >= 0 && speed != 1) error = add_tempo(speed, last);
    if (error >= 0) error = append("abuffersink", last, nullptr);
    sink = last;
    return error < 0 ? error : avfilter_graph_config(graph.get(), nullptr);
  }

 private:
  AVFilterContext* allocate(const char* name) {
    const AVFilter* filter = avfilter_get_by_name(name);
    return filter ? avfilter_graph_alloc_filter(graph.get(), filter, name) : nullptr;
  }

  int add_source() {
    source = allocate("abuffer");
    AVBufferSrcParameters* parameters = av_buffersrc_parameters_alloc();
    if (!source || !parameters) {
      av_free(parameters);
      return AVERROR(ENOMEM);
    }
    parameters->format = sample_format;
    parameters->sample_rate = sample_rate;
    parameters->time_base = AVRational{1, sample_rate};
    int error = av_channel_layout_copy(&parameters->ch_layout, &layout);
    if (error >= 0) error = av_buffersrc_parameters_set(source, parameters);
    av_channel_layout_uninit(&parameters->ch_layout);
    av_free(parameters);
    return error < 0 ? error : avfilter_init_dict(source, nullptr);
  }

  // Initialises the named filter with `options` and connects it behind `last`.
  int append(const char* name, AVFilterContext*& last, AVDictionary** options) {
    AVFilterContext* filter = allocate(name);
    if (!filter) return AVERROR_FILTER_NOT_FOUND;
    int error = avfilter_init_dict(filter, options);
    if (error >= 0) error = avfilter_link(last, 0, filter, 0);
    last = filter;
    return error;
  }

  int add_format(const AudioFormat& output, AVFilterContext*& last) {
    AVDictionary* options = nullptr;
    av_dict_set(&options, "sample_fmts", "flt", 0);
    av_dict_set_int(&options, "sample_rates", output.sample_rate, 0);
    av_dict_set(&options, "channel_layouts", layout_name(output.channels).c_str(), 0);
    const int error = append("aformat", last, &options);
    av_dict_free(&options);
    return error;
  }

  // The speed is set as a number: as text it would depend on the process's locale.
  int add_tempo(double speed, AVFilterContext*& last) {
    AVFilterContext* tempo = allocate("atempo");
    if (!tempo) return AVERROR_FILTER_NOT_FOUND;
    int error = av_opt_set_double(tempo, "tempo", speed, AV_OPT_SEARCH_CHILDREN);
    if (error >= 0) error = avfilter_init_dict(tempo, nullptr);
    if (error >= 0) error = avfilter_link(last, 0, tempo, 0);
    last = tempo;
    return error;
  }
};

AudioStretcher::AudioStretcher(AudioFormat output, UniqueFunction<void(AudioChunk)> on_chunk)
    : output_(output), on_chunk_(std::move(on_chunk)) {}

AudioStretcher::~AudioStretcher() = default;

Result<void> AudioStretcher::push(AVFrame& frame, MediaTime time) {
  if (frame.nb_samples <= 0 || frame.sample_rate <= 0) return {};
  normalise_layout(frame);
  if (graph_) {
    const MediaTime expected = run_start_ + Duration{ticks_to_us(frames_in_, graph_->sample_rate)};
    const Duration error = time > expected ? time - expected : expected - time;
    if (error > kMaxTimeError || !graph_->fits(frame)) {
      Result<void> drained = drain();
      if (!drained) return drained;
    }
  }
  if (!graph_) {
    Result<void> begun = begin_run(frame, time);
    if (!begun) return begun;
  }
  frame.pts = frames_in_;
  frames_in_ += frame.nb_samples;
  const int error = av_buffersrc_add_frame_flags(graph_->source, &frame, 0);
  if (error < 0) {
    reset();
    return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion", error);
  }
  return pull();
}

Result<void> AudioStretcher::set_speed(double speed) {
  speed = std::clamp(speed == speed ? speed : 1, kMinSpeed, kMaxSpeed);
  if (speed == speed_) return {};
  Result<void> drained = drain();
  speed_ = speed;
  return drained;
}

Result<void> AudioStretcher::drain() {
  if (!graph_) return {};
  const int error = av_buffersrc_add_frame_flags(graph_->source, nullptr, 0);
  Result<void> result;
  if (error < 0) {
    result = ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion", error);
  } else {
    result = pull();
  }
  reset();
  return result;
}

void AudioStretcher::reset() { graph_.reset(); }

Result<void> AudioStretcher::begin_run(const AVFrame& frame, MediaTime time) {
  graph_ = std::make_unique<Graph>();
  const int error = graph_->build(frame, output_, speed_);
  if (error < 0) {
    reset();
    return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion cannot be set up", error);
  }
  run_start_ = time;
  frames_in_ = 0;
  frames_out_ = 0;
  return {};
}

Result<void> AudioStretcher::pull() {
  const FfmpegPtr<AVFrame> filtered(av_frame_alloc());
  if (!filtered) return make_error(ErrorCode::kOutOfMemory, "audio frame");
  while (true) {
    const int error = av_buffersink_get_frame(graph_->sink, filtered.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return {};
    if (error < 0) return ffmpeg_error(ErrorCode::kDecodeFailed, "audio conversion", error);
    emit(*filtered);
    av_frame_unref(filtered.get());
  }
}

void AudioStretcher::emit(const AVFrame& filtered) {
  const auto samples =
      static_cast<std::size_t>(filtered.nb_samples) * static_cast<std::size_t>(output_.channels);
  AudioChunk chunk;
  chunk.format = output_;
  chunk.samples.resize(samples);
  std::memcpy(chunk.samples.data(), filtered.data[0], samples * sizeof(float));
  // Boundaries are converted, durations derived: neighbours abut exactly.
  chunk.time = media_time_of(frames_out_);
  frames_out_ += filtered.nb_samples;
  chunk.media_duration = media_time_of(frames_out_) - chunk.time;
  on_chunk_(std::move(chunk));
}

MediaTime AudioStretcher::media_time_of(int64_t output_frames) const {
  if (speed_ == 1) return run_start_ + Duration{ticks_to_us(output_frames, output_.sample_rate)};
  const double us = static_cast<double>(output_frames) * speed_ * 1e6 / output_.sample_rate;
  return run_start_ + Duration{std::llround(us)};
}

}  // namespace playhead
