// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "decode/codec_context.h"
#include "decode/decode_queue.h"
#include "decode/outlet.h"

namespace playhead {

// What the workers of sound and of pictures do alike: FFmpeg's decoder and the way back to the
// owner. Worker's thread.
template <typename Callbacks>
class DecoderCore {
 public:
  using Way = Outlet<Callbacks>;

  DecoderCore(StreamInfo stream, std::shared_ptr<DecodeQueue> queue, std::shared_ptr<Way> outlet)
      : stream_(std::move(stream)),
        queue_(std::move(queue)),
        outlet_(std::move(outlet)),
        packet_(av_packet_alloc()) {}

  [[nodiscard]] const StreamInfo& stream() const { return stream_; }
  [[nodiscard]] const std::shared_ptr<DecodeQueue>& queue() const { return queue_; }
  [[nodiscard]] uint64_t generation() const { return generation_; }
  // Null before open().
  [[nodiscard]] AVCodecContext* codec() const { return codec_.get(); }

  // The owner has flushed.
  void begin_generation(uint64_t generation) {
    generation_ = generation;
    restart();
  }

  void announce_room() {
    if (!queue_->claim_room_notice()) return;
    outlet_->post(Way::kEveryGeneration, [queue = queue_](Callbacks& callbacks) {
      queue->room_notice_delivered();
      if (callbacks.on_room) callbacks.on_room();
    });
  }

  // False: it cannot be had, and the owner was told once. `reorder_frames`: see open_decoder().
  bool open(int reorder_frames) {
    if (is_broken_) return false;
    auto codec = open_decoder(stream_, reorder_frames);
    is_broken_ = !codec || !packet_;
    if (is_broken_) {
      report(codec ? make_error(ErrorCode::kOutOfMemory, "packet") : codec.error(),
             Severity::kFatal);
      return false;
    }
    codec_ = *std::move(codec);
    return true;
  }

  // False: nothing was sent, and the owner was told why.
  bool send(const EncodedSample& sample, MediaTime time) {
    if (sample.crypto) return refuse_encrypted();
    if (!fill_packet(*packet_, sample, time)) {
      note_failure(make_error(ErrorCode::kDecodeFailed, "the sample is too large"));
      return false;
    }
    const int error = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (error < 0 && error != AVERROR_EOF) {
      note_failure(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error));
    }
    return true;
  }

  // Nothing more comes: everything can be received. restart() makes it ready again.
  void send_end() { avcodec_send_packet(codec_.get(), nullptr); }
  void restart() {
    if (codec_) avcodec_flush_buffers(codec_.get());
  }

  // Null: there is none at present.
  FfmpegPtr<AVFrame> receive() {
    FfmpegPtr<AVFrame> frame(av_frame_alloc());
    if (!frame) return nullptr;
    const int error = avcodec_receive_frame(codec_.get(), frame.get());
    if (error == 0) {
      failures_ = 0;
      has_output_ = true;
      return frame;
    }
    if (error != AVERROR(EAGAIN) && error != AVERROR_EOF) {
      note_failure(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error));
    }
    return nullptr;
  }

  // `deliver(callbacks)` runs on the owner's thread unless it flushes before.
  template <typename Deliver>
  void post(Deliver deliver) {
    outlet_->post(generation_, std::move(deliver));
  }

  void tell_drained() {
    if (!has_output_ && failures_ > 0 && failures_ < kHopeless) give_up();
    post([](Callbacks& callbacks) {
      if (callbacks.on_drained) callbacks.on_drained();
    });
  }

  void report(Error error, Severity severity) {
    error.severity = severity;
    post([error = std::move(error)](Callbacks& callbacks) mutable {
      if (callbacks.on_error) callbacks.on_error(std::move(error));
    });
  }

 private:
  // Failures in a row after which nothing will come any more. Lower: a damaged segment ends the
  // title; higher: what cannot be decoded at all is noticed later.
  static constexpr int kHopeless = 500;
  static constexpr int kHopelessFromTheStart = 50;

  // Never garbage on the screen: nothing opens samples in front of this decoder.
  bool refuse_encrypted() {
    if (!std::exchange(is_broken_, true)) {
      report(make_error(ErrorCode::kDrmNoSystem, "the samples are encrypted"), Severity::kFatal);
    }
    return false;
  }
  // The first of a row is told; of the others only that there is no end to them.
  void note_failure(Error error) {
    if (++failures_ == 1) report(error, Severity::kRecoverable);
    last_failure_ = std::move(error);
    if (failures_ == (has_output_ ? kHopeless : kHopelessFromTheStart)) give_up();
  }
  void give_up() {
    failures_ = kHopeless;
    report(last_failure_, Severity::kFatal);
  }

  const StreamInfo stream_;
  const std::shared_ptr<DecodeQueue> queue_;
  const std::shared_ptr<Way> outlet_;
  const FfmpegPtr<AVPacket> packet_;
  FfmpegPtr<AVCodecContext> codec_;
  bool is_broken_ = false;
  int failures_ = 0;  // in a row
  bool has_output_ = false;
  Error last_failure_;
  uint64_t generation_ = 0;
};

}  // namespace playhead
