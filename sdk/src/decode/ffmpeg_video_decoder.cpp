// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_video_decoder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "decode/codec_context.h"
#include "decode/frame_maker.h"

namespace playhead {

namespace {

using VideoOutlet = Outlet<VideoDecoderCallbacks>;

// The deepest picture reordering of any codec here (H.264 and HEVC: 16 pictures).
constexpr int kMaxReorderFrames = 16;
// Pictures per second assumed when the container does not tell; too high only delays the first
// ones.
constexpr int kUsualFrameRate = 30;
// Samples inside the decoder whose pictures have not come out; beyond it the oldest is forgotten.
constexpr std::size_t kMaxPending = 64;

// The worker's side of a video decoder.
class VideoWorker {
 public:
  VideoWorker(StreamInfo stream, std::shared_ptr<DecodeQueue> queue,
              std::shared_ptr<VideoOutlet> outlet)
      : stream_(std::move(stream)),
        queue_(std::move(queue)),
        outlet_(std::move(outlet)),
        packet_(av_packet_alloc()) {}

  void run() {
    while (auto item = queue_->pop()) {
      if (item->generation != generation_) begin_generation(item->generation);
      if (item->kind == DecodeItem::Kind::kSample) {
        announce_room();
        decode(*item);
      } else if (item->kind == DecodeItem::Kind::kDrain) {
        drain();
      }
    }
  }

 private:
  // What the decoder does not carry through to the picture.
  struct Pending {
    Duration duration{0};
    bool show = true;
  };

  void begin_generation(uint64_t generation) {
    generation_ = generation;
    if (codec_) avcodec_flush_buffers(codec_.get());
    pending_.clear();
    has_started_ = false;
    last_shown_.us = std::numeric_limits<int64_t>::min();
  }

  void announce_room() {
    if (!queue_->claim_room_notice()) return;
    outlet_->post(VideoOutlet::kEveryGeneration,
                  [queue = queue_](VideoDecoderCallbacks& callbacks) {
                    queue->room_notice_delivered();
                    if (callbacks.on_room) callbacks.on_room();
                  });
  }

  void decode(const DecodeItem& item) {
    if (!codec_ && !open(item.sample)) return;
    const bool is_first = !std::exchange(has_started_, true);
    send(item);
    receive();
    const bool is_owed = item.show && last_shown_ < item.time;
    if (is_first && is_owed && item.sample.is_key_frame && is_starving()) hasten(item);
  }

  // What waits does not suffice to make the decoder give its first picture.
  [[nodiscard]] bool is_starving() const {
    const int waiting = FfmpegVideoDecoder::kMaxQueuedSamples - queue_->room();
    return waiting < std::max(1, codec_->has_b_frames);
  }

  void send(const DecodeItem& item) {
    if (!fill_packet(*packet_, item.sample, item.time)) {
      report(make_error(ErrorCode::kDecodeFailed, "the sample is too large"),
             Severity::kRecoverable);
      return;
    }
    const int64_t start = ticks_to_us(item.sample.pts_ticks, stream_.timescale);
    const int64_t end =
        ticks_to_us(item.sample.pts_ticks + item.sample.duration_ticks, stream_.timescale);
    pending_[item.time.us] = {Duration{end - start}, item.show};
    if (pending_.size() > kMaxPending) pending_.erase(pending_.begin());
    // Nothing refers to such a picture, and it will not be shown: its whole cost is saved.
    codec_->skip_frame = item.show ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
    const int error = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (error < 0 && error != AVERROR_EOF) {
      report(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error), Severity::kRecoverable);
    }
  }

  // A decoder that reorders pictures gives the first one when it has seen some more, whose bytes
  // may not be there for a while. It is made to give it at once by ending the stream behind it;
  // then the stream is begun again. Costs one more decoding of one key frame. Pictures that would
  // come before it need ones from before the start and are left out by the order of times.
  void hasten(const DecodeItem& first) {
    avcodec_send_packet(codec_.get(), nullptr);
    receive();
    avcodec_flush_buffers(codec_.get());
    send(first);
    receive();
  }

  // H.264 tells the depth of its reordering only if it wants to; a decoder that starts too low
  // gives the first pictures in the wrong order. The distance of the first sample's times tells it.
  [[nodiscard]] int reorder_frames(const EncodedSample& first) const {
    const int64_t delay = first.pts_ticks - first.dts_ticks;
    if (stream_.codec != "h264" || delay <= 0) return 0;
    const int64_t usual = std::max<int64_t>(1, stream_.timescale / kUsualFrameRate);
    const int64_t duration = first.duration_ticks > 0 ? first.duration_ticks : usual;
    const int64_t frames = (delay + duration / 2) / duration;
    return static_cast<int>(std::min<int64_t>(frames, kMaxReorderFrames));
  }

  bool open(const EncodedSample& first) {
    if (is_broken_) return false;
    auto codec = open_decoder(stream_, reorder_frames(first));
    is_broken_ = !codec || !packet_;
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
      avcodec_flush_buffers(codec_.get());  // ready for what comes after
    }
    outlet_->post(generation_, [](VideoDecoderCallbacks& callbacks) {
      if (callbacks.on_drained) callbacks.on_drained();
    });
  }

  void receive() {
    while (true) {
      FfmpegPtr<AVFrame> frame(av_frame_alloc());
      if (!frame) return;
      const int error = avcodec_receive_frame(codec_.get(), frame.get());
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return;
      if (error < 0) {
        report(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, error),
               Severity::kRecoverable);
        return;
      }
      deliver(std::move(frame));
    }
  }

  void deliver(FfmpegPtr<AVFrame> frame) {
    const int64_t pts = frame->pts != AV_NOPTS_VALUE ? frame->pts : frame->best_effort_timestamp;
    const auto pending = pending_.find(pts);
    if (pending == pending_.end()) return;  // its sample was not meant to give a picture
    const Pending facts = pending->second;
    pending_.erase(pending);
    const MediaTime time{pts};
    // A damaged stream may give pictures out of order; one that is too late is not wanted.
    if (!facts.show || time <= last_shown_) return;
    if (!queue_->acquire_output(generation_)) return;
    last_shown_ = time;
    auto made = frames_.make(std::move(frame), [queue = queue_] { queue->release_output(); });
    if (!made) {
      report(std::move(made).error(), Severity::kRecoverable);
      return;
    }
    made->time = time;
    made->duration = facts.duration;
    outlet_->post(generation_,
                  [frame = *std::move(made)](VideoDecoderCallbacks& callbacks) mutable {
                    if (callbacks.on_frame) callbacks.on_frame(std::move(frame));
                  });
  }

  void report(Error error, Severity severity) {
    error.severity = severity;
    outlet_->post(generation_,
                  [error = std::move(error)](VideoDecoderCallbacks& callbacks) mutable {
                    if (callbacks.on_error) callbacks.on_error(std::move(error));
                  });
  }

  const StreamInfo stream_;
  const std::shared_ptr<DecodeQueue> queue_;
  const std::shared_ptr<VideoOutlet> outlet_;
  const FfmpegPtr<AVPacket> packet_;
  FfmpegPtr<AVCodecContext> codec_;
  FrameMaker frames_;
  bool is_broken_ = false;
  // Of this generation.
  uint64_t generation_ = 0;
  bool has_started_ = false;
  std::map<int64_t, Pending> pending_;  // by time in us
  MediaTime last_shown_{std::numeric_limits<int64_t>::min()};
};

}  // namespace

FfmpegVideoDecoder::FfmpegVideoDecoder(WorkerPool& pool, StreamInfo stream, Executor& executor,
                                       VideoDecoderCallbacks callbacks)
    : queue_(std::make_shared<DecodeQueue>(kMaxQueuedSamples, kMaxLiveFrames)),
      outlet_(std::make_shared<VideoOutlet>(executor, std::move(callbacks))) {
  pool.run([stream = std::move(stream), queue = queue_, outlet = outlet_]() mutable {
    VideoWorker(std::move(stream), std::move(queue), std::move(outlet)).run();
  });
}

FfmpegVideoDecoder::~FfmpegVideoDecoder() {
  outlet_->close();
  queue_->close();
}

void FfmpegVideoDecoder::decode(const EncodedSample& sample, MediaTime time, bool show) {
  DecodeItem item;
  item.sample = sample;
  item.time = time;
  item.show = show;
  queue_->push(std::move(item));
}

void FfmpegVideoDecoder::drain() {
  DecodeItem item;
  item.kind = DecodeItem::Kind::kDrain;
  queue_->push(std::move(item));
}

void FfmpegVideoDecoder::flush() { outlet_->invalidate(queue_->flush()); }

}  // namespace playhead
