// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_audio_decoder.h"

#include <optional>
#include <utility>

#include "decode/audio_stretcher.h"
#include "decode/decoder_core.h"

namespace playhead {

namespace {

using AudioOutlet = Outlet<AudioDecoderCallbacks>;

// The worker's side of an audio decoder.
class AudioWorker {
 public:
  AudioWorker(EncodedSound sound, std::shared_ptr<DecodeQueue> queue,
              std::shared_ptr<AudioOutlet> outlet)
      : core_({sound.stream, std::move(sound.decryptor), trust_after(sound.stream)},
              std::move(queue), std::move(outlet)),
        stretcher_(sound.output, [this](AudioChunk chunk) { deliver(std::move(chunk)); }) {}

  void run() {
    while (auto item = core_.queue()->pop()) {
      if (item->generation != core_.generation()) begin_generation(item->generation);
      switch (item->kind) {
        case DecodeItem::Kind::kSample:
          core_.announce_room();
          decode(*item);
          break;
        case DecodeItem::Kind::kDrain:
          drain();
          break;
        case DecodeItem::Kind::kSetSpeed:
          check(stretcher_.set_speed(item->speed));
          break;
      }
    }
  }

 private:
  void begin_generation(uint64_t generation) {
    core_.begin_generation(generation);
    stretcher_.reset();
    last_item_time_.reset();
  }

  void decode(const DecodeItem& item) {
    if (!core_.codec() && !core_.open(0)) return;
    // Frames that share one container time (AAC-LATM in MPEG-TS) follow one another.
    const bool is_new_time = !last_item_time_ || *last_item_time_ != item.time;
    last_item_time_ = item.time;
    if (is_new_time) next_time_ = item.time;
    if (core_.send(item.sample, next_time_)) receive();
  }

  void drain() {
    if (core_.codec()) {
      core_.send_end();
      receive();
      core_.restart();
    }
    check(stretcher_.drain());
    core_.tell_drained();
  }

  void receive() {
    while (const FfmpegPtr<AVFrame> frame = core_.receive()) {
      const MediaTime time = frame->pts != AV_NOPTS_VALUE ? MediaTime{frame->pts} : next_time_;
      if (frame->sample_rate > 0) {
        next_time_ = time + Duration{ticks_to_us(frame->nb_samples, frame->sample_rate)};
      }
      check(stretcher_.push(*frame, time));
    }
  }

  void deliver(AudioChunk chunk) {
    core_.post([chunk = std::move(chunk)](AudioDecoderCallbacks& callbacks) mutable {
      if (callbacks.on_chunk) callbacks.on_chunk(std::move(chunk));
    });
  }

  void check(Result<void> result) {
    if (!result) core_.report(std::move(result).error(), Severity::kRecoverable);
  }

  DecoderCore<AudioDecoderCallbacks> core_;
  AudioStretcher stretcher_;
  std::optional<MediaTime> last_item_time_;
  MediaTime next_time_;  // where the next frame begins if its sample does not say
};

}  // namespace

FfmpegAudioDecoder::FfmpegAudioDecoder(WorkerPool& pool, EncodedSound sound, Executor& executor,
                                       AudioDecoderCallbacks callbacks)
    : queue_(std::make_shared<DecodeQueue>(kMaxQueuedSamples, 0)),
      outlet_(std::make_shared<AudioOutlet>(executor, std::move(callbacks))) {
  pool.run([sound = std::move(sound), queue = queue_, outlet = outlet_]() mutable {
    AudioWorker(std::move(sound), std::move(queue), std::move(outlet)).run();
  });
}

FfmpegAudioDecoder::~FfmpegAudioDecoder() {
  outlet_->close();
  queue_->close();
}

void FfmpegAudioDecoder::decode(const EncodedSample& sample, MediaTime time) {
  DecodeItem item;
  item.sample = sample;
  item.time = time;
  queue_->push(std::move(item));
}

void FfmpegAudioDecoder::set_speed(double speed) {
  DecodeItem item;
  item.kind = DecodeItem::Kind::kSetSpeed;
  item.speed = speed;
  queue_->push(std::move(item));
}

void FfmpegAudioDecoder::drain() {
  DecodeItem item;
  item.kind = DecodeItem::Kind::kDrain;
  queue_->push(std::move(item));
}

void FfmpegAudioDecoder::flush() { outlet_->invalidate(queue_->flush()); }

}  // namespace playhead
