// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_audio_decoder.h"

#include <optional>
#include <utility>

#include "decode/audio_stretcher.h"
#include "decode/codec_context.h"

namespace playhead {

namespace {

using AudioOutlet = Outlet<AudioDecoderCallbacks>;

// The worker's side of an audio decoder.
class AudioWorker {
 public:
  AudioWorker(StreamInfo stream, AudioFormat output, std::shared_ptr<DecodeQueue> queue,
              std::shared_ptr<AudioOutlet> outlet)
      : stream_(std::move(stream)),
        queue_(std::move(queue)),
        outlet_(std::move(outlet)),
        packet_(av_packet_alloc()),
        frame_(av_frame_alloc()),
        stretcher_(output, [this](AudioChunk chunk) { deliver(std::move(chunk)); }) {}

  void run() {
    while (auto item = queue_->pop()) {
      if (item->generation != generation_) begin_generation(item->generation);
      switch (item->kind) {
        case DecodeItem::Kind::kSample:
          announce_room();
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
    generation_ = generation;
    if (codec_) avcodec_flush_buffers(codec_.get());
    stretcher_.reset();
    last_item_time_.reset();
  }

  void announce_room() {
    if (!queue_->claim_room_notice()) return;
    outlet_->post(AudioOutlet::kEveryGeneration,
                  [queue = queue_](AudioDecoderCallbacks& callbacks) {
                    queue->room_notice_delivered();
                    if (callbacks.on_room) callbacks.on_room();
                  });
  }

  void decode(const DecodeItem& item) {
    if (!codec_ && !open()) return;
    // Frames that share one container time (AAC-LATM in MPEG-TS) follow one another.
    const bool is_new_time = !last_item_time_ || *last_item_time_ != item.time;
    last_item_time_ = item.time;
    if (is_new_time) next_time_ = item.time;
    if (!fill_packet(*packet_, item.sample, next_time_)) {
      report(make_error(ErrorCode::kDecodeFailed, "the sample is too large"),
             Severity::kRecoverable);
      return;
    }
    const int error = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (error < 0 && error != AVERROR_EOF) {
      report(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error), Severity::kRecoverable);
    }
    receive();
  }

  bool open() {
    if (is_broken_) return false;
    auto codec = open_decoder(stream_, 0);
    is_broken_ = !codec || !packet_ || !frame_;
    if (is_broken_) {
      report(codec ? make_error(ErrorCode::kOutOfMemory, "packet") : codec.error(),
             Severity::kFatal);
      return false;
    }
    codec_ = *std::move(codec);
    return true;
  }

  void drain() {
    if (codec_) {
      avcodec_send_packet(codec_.get(), nullptr);
      receive();
      avcodec_flush_buffers(codec_.get());
    }
    check(stretcher_.drain());
    outlet_->post(generation_, [](AudioDecoderCallbacks& callbacks) {
      if (callbacks.on_drained) callbacks.on_drained();
    });
  }

  void receive() {
    while (true) {
      const int error = avcodec_receive_frame(codec_.get(), frame_.get());
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return;
      if (error < 0) {
        report(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error),
               Severity::kRecoverable);
        return;
      }
      const MediaTime time = frame_->pts != AV_NOPTS_VALUE ? MediaTime{frame_->pts} : next_time_;
      if (frame_->sample_rate > 0) {
        next_time_ = time + Duration{ticks_to_us(frame_->nb_samples, frame_->sample_rate)};
      }
      check(stretcher_.push(*frame_, time));
      av_frame_unref(frame_.get());
    }
  }

  void deliver(AudioChunk chunk) {
    outlet_->post(generation_,
                  [chunk = std::move(chunk)](AudioDecoderCallbacks& callbacks) mutable {
                    if (callbacks.on_chunk) callbacks.on_chunk(std::move(chunk));
                  });
  }

  void check(Result<void> result) {
    if (!result) report(std::move(result).error(), Severity::kRecoverable);
  }

  void report(Error error, Severity severity) {
    error.severity = severity;
    outlet_->post(generation_,
                  [error = std::move(error)](AudioDecoderCallbacks& callbacks) mutable {
                    if (callbacks.on_error) callbacks.on_error(std::move(error));
                  });
  }

  const StreamInfo stream_;
  const std::shared_ptr<DecodeQueue> queue_;
  const std::shared_ptr<AudioOutlet> outlet_;
  const FfmpegPtr<AVPacket> packet_;
  const FfmpegPtr<AVFrame> frame_;
  FfmpegPtr<AVCodecContext> codec_;
  AudioStretcher stretcher_;
  bool is_broken_ = false;
  uint64_t generation_ = 0;
  std::optional<MediaTime> last_item_time_;
  MediaTime next_time_;  // where the next frame begins if its sample does not say
};

}  // namespace

FfmpegAudioDecoder::FfmpegAudioDecoder(WorkerPool& pool, StreamInfo stream, AudioFormat output,
                                       Executor& executor, AudioDecoderCallbacks callbacks)
    : queue_(std::make_shared<DecodeQueue>(kMaxQueuedSamples, 0)),
      outlet_(std::make_shared<AudioOutlet>(executor, std::move(callbacks))) {
  pool.run([stream = std::move(stream), output, queue = queue_, outlet = outlet_]() mutable {
    AudioWorker(std::move(stream), output, std::move(queue), std::move(outlet)).run();
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
