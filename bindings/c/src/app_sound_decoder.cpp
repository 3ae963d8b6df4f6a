// SPDX-License-Identifier: Apache-2.0
#include "app_sound_decoder.h"

#include <bit>
#include <utility>

namespace playhead::capi {
namespace {

const char* pcm_name(bool is_float) {
  constexpr bool kIsLittle = std::endian::native == std::endian::little;
  if (is_float) return kIsLittle ? "pcm_f32le" : "pcm_f32be";
  return kIsLittle ? "pcm_s16le" : "pcm_s16be";
}

}  // namespace

std::unique_ptr<AppSoundDecoder> AppSoundDecoder::open(std::shared_ptr<DecoderPort> port,
                                                       MediaBackend& built_in, AudioFormat output,
                                                       Executor& executor,
                                                       AudioDecoderCallbacks& callbacks) {
  std::unique_ptr<AppSoundDecoder> made(
      new AppSoundDecoder(std::move(port), built_in, output, executor));
  const auto shared = std::make_shared<AudioDecoderCallbacks>();
  DecoderOutput from;
  AppSoundDecoder* const self = made.get();  // outlives the port's last word
  from.on_sound = [self](DecodedSound sound) {
    self->backlog_.emplace_back(std::move(sound));
    self->pump();
  };
  from.on_drained = [self] {
    self->backlog_.emplace_back();
    self->pump();
  };
  from.on_room = [shared] {
    if (shared->on_room) shared->on_room();
  };
  from.on_error = [shared](Error error) {
    if (shared->on_error) shared->on_error(std::move(error));
  };
  if (!made->port_->open(from)) return nullptr;
  *shared = std::move(callbacks);
  made->callbacks_ = shared;
  return made;
}

void AppSoundDecoder::set_speed(double speed) {
  speed_ = speed;
  if (inner_) inner_->set_speed(speed);
}

void AppSoundDecoder::flush() {
  port_->flush();
  backlog_.clear();
  if (inner_) inner_->flush();
  if (is_changing_) inner_.reset();
  is_draining_ = is_changing_ = false;
}

void AppSoundDecoder::pump() {
  while (!backlog_.empty() && !is_draining_) {
    if (backlog_.front()) {
      if (!give(*backlog_.front())) return;
      backlog_.pop_front();
      continue;
    }
    backlog_.pop_front();
    if (!inner_) {
      if (callbacks_->on_drained) callbacks_->on_drained();
      return;
    }
    is_draining_ = true;
    inner_->drain();
  }
}

bool AppSoundDecoder::give(const DecodedSound& sound) {
  const bool is_other = sound.format != inner_format_ || sound.is_float != inner_is_float_;
  if (inner_ && is_other) {
    is_draining_ = is_changing_ = true;
    inner_->drain();
    return false;
  }
  if (!inner_ && !open_inner(sound)) return false;
  if (inner_->room() <= 0) return false;
  EncodedSample pcm;
  pcm.kind = TrackKind::kAudio;
  pcm.is_key_frame = true;
  pcm.duration_ticks = static_cast<int64_t>(sound.pcm.size()) / sound.format.channels /
                       (sound.is_float ? 4 : 2);
  pcm.skip_start_samples = sound.skip_start_samples;
  pcm.skip_end_samples = sound.skip_end_samples;
  pcm.data = sound.pcm;
  inner_->decode(pcm, sound.time);
  return true;
}

bool AppSoundDecoder::open_inner(const DecodedSound& sound) {
  StreamInfo stream;
  stream.kind = TrackKind::kAudio;
  stream.codec = pcm_name(sound.is_float);
  stream.timescale = stream.sample_rate = sound.format.sample_rate;
  stream.channels = sound.format.channels;
  AudioDecoderCallbacks callbacks;
  const auto shared = callbacks_;
  callbacks.on_chunk = [shared](AudioChunk chunk) {
    if (shared->on_chunk) shared->on_chunk(std::move(chunk));
  };
  callbacks.on_room = [this, shared] {
    pump();
    if (shared->on_room) shared->on_room();
  };
  callbacks.on_drained = [this] { on_inner_drained(); };
  callbacks.on_error = [shared](Error error) {
    if (shared->on_error) shared->on_error(std::move(error));
  };
  auto opened = built_in_.open_audio_decoder(stream, output_, nullptr, executor_, std::move(callbacks));
  if (!opened) {
    backlog_.clear();
    port_->fail(std::move(opened).error());  // fatal; later, as everything
    return false;
  }
  inner_ = *std::move(opened);
  inner_format_ = sound.format;
  inner_is_float_ = sound.is_float;
  inner_->set_speed(speed_);
  return true;
}

void AppSoundDecoder::on_inner_drained() {
  is_draining_ = false;
  if (std::exchange(is_changing_, false)) {
    inner_.reset();
    return pump();
  }
  const auto shared = callbacks_;
  if (shared->on_drained) shared->on_drained();
}

}  // namespace playhead::capi
