// SPDX-License-Identifier: Apache-2.0
#include "player/audio_pipeline.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// Sound kept in the sink. More: speed changes are heard later; less: a late wake-up is heard as a
// gap.
constexpr Duration kSinkTarget = 200ms;
// Decoded sound kept ready behind it.
constexpr Duration kDecodedTarget = 200ms;
// A chunk this close to where it should be is taken as it is: AAC frames are 21 ms, and rounding in
// containers moves them by less than one.
constexpr Duration kTolerance = 15ms;
// A pause in the sound from this length on is waited out by the monotonic clock; a shorter one is
// filled once the sound behind it is there. Rounding at segments' ends stays far below it.
constexpr Duration kLeastPause = 500ms;
// Silence is made in pieces, so that a long gap costs no memory.
constexpr Duration kSilencePiece = 200ms;

}  // namespace

AudioPipeline::AudioPipeline(MediaBackend& backend, Executor& executor,
                             std::shared_ptr<AudioSink> sink, KeyGate* keys,
                             PipelineListener& listener)
    : backend_(backend),
      executor_(executor),
      sink_(std::move(sink)),
      keys_(keys),
      listener_(listener),
      decoder_(TrackKind::kAudio, listener),
      device_(*sink_) {}

AudioPipeline::~AudioPipeline() {
  if (format_) sink_->close();
}

void AudioPipeline::restart(MediaTime target) {
  decoder_.flush();
  chunks_.clear();
  timeline_.restart(target);
  sound_end_ = target;
  held_ = KeyGate::Answer::kOpen;
  watch_.reset();
  is_running_ = false;
  if (format_) sink_->flush();
}

void AudioPipeline::set_speed(double speed) {
  speed_ = speed;
  if (decoder_) decoder_->set_speed(speed);
}

void AudioPipeline::run(bool running) {
  if (is_running_ == running) return;
  is_running_ = running;
  if (!format_) return;
  if (running) {
    sink_->resume();
  } else {
    sink_->pause();
  }
}

void AudioPipeline::begin_at(MediaTime position) {
  timeline_.restart(position);
  decoder_.set_drained(false);
  if (!format_) return;
  watch_.reset();
  sink_->flush();
  if (is_running_) sink_->resume();
}

void AudioPipeline::change_track() {
  decoder_.close();
  decoder_.set_drained(false);
  chunks_.clear();
  origin_.reset();
  held_ = KeyGate::Answer::kOpen;
}

void AudioPipeline::feed(SampleQueue& queue, const Outlook& outlook, MonotonicTime now) {
  if (has_failed() || !check_device(now)) return;
  decode(queue, outlook, now);
  write(now);
}

bool AudioPipeline::check_device(MonotonicTime now) {
  if (!format_) return true;
  const bool should_play = is_running_ && queued_frames(now) > 0;
  if (!watch_.has_stopped(sink_->frames_played(now), should_play, format_->sample_rate, now)) {
    return true;
  }
  sink_->close();
  format_.reset();
  lose_device(make_error(ErrorCode::kAudioOutput,
                         "the device has stopped playing; the title goes on without sound"),
              now);
  return false;
}

void AudioPipeline::lose_device(Error error, MonotonicTime now) {
  decoder_.close();
  chunks_.clear();
  device_.lose(wanted_, now);
  listener_.on_pipeline_error(TrackKind::kAudio, std::move(error));
}

Duration AudioPipeline::seek_device(MonotonicTime now) {
  if (!device_.is_lost()) return 24h;
  format_ = device_.look(now);
  return format_ ? Duration{0} : device_.wait(now);
}

Duration AudioPipeline::decoded_ahead() const {
  Duration total{0};
  for (const AudioChunk& chunk : chunks_) total += chunk.media_duration;
  return total;
}

bool AudioPipeline::is_at_end(const Outlook& outlook) const {
  const MediaTime end = timeline_.end() + decoded_ahead();
  return outlook.is_complete || (outlook.none_until && *outlook.none_until > end + kLeastPause);
}

void AudioPipeline::decode(SampleQueue& queue, const Outlook& outlook, MonotonicTime now) {
  while (decoded_ahead() < kDecodedTarget * speed_) {
    const TimedSample* sample = queue.peek();
    if (!sample) {
      held_ = KeyGate::Answer::kOpen;
      if (!is_at_end(outlook)) return;
      if (decoder_ && !decoder_.is_draining()) decoder_.drain();
      if (!decoder_) decoder_.set_drained(true);
      return;
    }
    if (decoder_.is_draining()) return;
    held_ = keys_ ? keys_->ask(*sample) : KeyGate::Answer::kOpen;
    if (is_held()) {
      if (held_ == KeyGate::Answer::kNever && decoder_ && !decoder_.is_drained()) decoder_.drain();
      return;
    }
    if (origin_ != sample->origin || !decoder_) {
      if (decoder_ && needs_new_decoder(origin_->stream, sample->origin->stream)) {
        decoder_.drain();
        return;
      }
      if (!decoder_) {
        origin_ = sample->origin;  // also of a decoder that cannot be had
        if (!open_decoder(*sample->origin, now)) return;
      }
      origin_ = sample->origin;
    }
    if (decoder_->room() <= 0) return;
    // Before the target nothing is heard, but the codec wants a frame of run-up.
    constexpr Duration kRunUp = 50ms;
    if (sample->end() + kRunUp > timeline_.end()) decoder_->decode(sample->sample, sample->pts);
    ++progress_;
    queue.advance();
  }
}

bool AudioPipeline::open_device(const SampleOrigin& origin, MonotonicTime now) {
  wanted_ = AudioFormat();
  if (origin.stream.sample_rate >= 8'000) wanted_.sample_rate = origin.stream.sample_rate;
  auto opened = sink_->open(wanted_);
  if (!opened) {
    lose_device(std::move(opened).error(), now);
    return false;
  }
  format_ = *opened;
  if (is_running_) sink_->resume();
  return true;
}

bool AudioPipeline::open_decoder(const SampleOrigin& origin, MonotonicTime now) {
  if (!format_ && !open_device(origin, now)) return false;
  AudioDecoderCallbacks callbacks = decoder_.callbacks();
  callbacks.on_chunk = [this](AudioChunk chunk) {
    chunks_.push_back(std::move(chunk));
    listener_.on_pipeline_progress();
  };
  auto decryptor = keys_ ? keys_->decryptor() : nullptr;
  if (!decoder_.take(backend_.open_audio_decoder(origin.stream, *format_, std::move(decryptor),
                                                 executor_, std::move(callbacks)))) {
    return false;
  }
  decoder_->set_speed(speed_);
  return true;
}

void AudioPipeline::write(MonotonicTime now) {
  if (!format_) return;
  const int64_t target = kSinkTarget.count() * format_->sample_rate / 1'000'000;
  while (!chunks_.empty() && queued_frames(now) < target) {
    const Duration ahead = chunks_.front().time - timeline_.end();
    if (ahead > kTolerance) {
      write_silence(std::min(ahead, kSilencePiece));
      continue;
    }
    AudioChunk chunk = std::move(chunks_.front());
    chunks_.pop_front();
    write_chunk(std::move(chunk));
  }
  // A decoder drained for a change of stream makes room for the next one.
  if (decoder_ && decoder_.is_draining() && decoder_.is_drained() && chunks_.empty()) {
    decoder_.close();
    listener_.on_pipeline_progress();
  }
}

void AudioPipeline::write_silence(Duration media) {
  const double seconds = to_seconds(media) / speed_;
  const auto frames = std::max<int64_t>(1, static_cast<int64_t>(seconds * format_->sample_rate));
  const std::vector<float> zeros(static_cast<std::size_t>(frames * format_->channels));
  sink_->write(zeros.data(), frames);
  timeline_.append(frames, timeline_.end(), media);
}

void AudioPipeline::write_chunk(AudioChunk chunk) {
  int64_t skip = 0;
  const Duration behind = timeline_.end() - chunk.time;
  if (behind > kTolerance || (behind > Duration{0} && timeline_.frames() == 0)) {
    if (behind >= chunk.media_duration || chunk.media_duration <= Duration{0}) return;
    skip = chunk.frames() * behind.count() / chunk.media_duration.count();
    chunk.time += behind;
    chunk.media_duration -= behind;
  }
  const int64_t frames = chunk.frames() - skip;
  if (frames <= 0) return;
  sink_->write(chunk.samples.data() + skip * format_->channels, frames);
  timeline_.append(frames, chunk.time, chunk.media_duration);
  sound_end_ = chunk.time + chunk.media_duration;
}

std::optional<MediaTime> AudioPipeline::next_sound(MediaTime position,
                                                   const SampleQueue& queue) const {
  if (position < sound_end_) return position;
  if (!chunks_.empty()) return std::max(chunks_.front().time, position);
  // What is in the decoder is not known; what is not yet is later than that.
  if (decoder_ && !decoder_.is_drained()) return std::nullopt;
  const TimedSample* sample = queue.peek();
  if (!sample) return std::nullopt;
  return std::max(sample->pts, position);
}

int64_t AudioPipeline::queued_frames(MonotonicTime now) {
  return format_ ? std::max<int64_t>(0, timeline_.frames() - sink_->frames_played(now)) : 0;
}

MediaTime AudioPipeline::position(MonotonicTime now) {
  return format_ ? timeline_.position(sink_->frames_played(now)) : timeline_.end();
}

bool AudioPipeline::is_dry(MonotonicTime now) { return chunks_.empty() && queued_frames(now) == 0; }

bool AudioPipeline::is_finished(MonotonicTime now) {
  return has_failed() || (decoder_.is_drained() && is_dry(now) && !is_held());
}

const TimedSample* AudioPipeline::held_sample(const SampleQueue& queue, MonotonicTime now) {
  if (!is_held() || !is_dry(now)) return nullptr;
  const bool is_empty = decoder_.is_drained() || !decoder_;
  return held_ == KeyGate::Answer::kWait || is_empty ? queue.peek() : nullptr;
}

Duration AudioPipeline::until_refill(MonotonicTime now) {
  if (!format_ || !is_running_) return 24h;
  const Duration queued{queued_frames(now) * 1'000'000 / format_->sample_rate};
  // With nothing to refill from, the moment it runs dry is the one to look at.
  const Duration wait = chunks_.empty() ? queued : queued - kSinkTarget / 2;
  return queued == Duration{0} && chunks_.empty() ? Duration{24h} : std::max<Duration>(wait, 5ms);
}

}  // namespace playhead
