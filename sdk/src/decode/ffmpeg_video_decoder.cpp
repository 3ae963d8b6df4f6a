// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_video_decoder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "decode/decoder_core.h"
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
  VideoWorker(DecoderInput input, std::shared_ptr<DecodeQueue> queue,
              std::shared_ptr<VideoOutlet> outlet)
      : keeps_doubtful_(input.keeps_doubtful),
        core_(std::move(input), std::move(queue), std::move(outlet)) {}

  void run() {
    while (auto item = core_.queue()->pop()) {
      if (item->generation != core_.generation()) begin_generation(item->generation);
      if (item->kind == DecodeItem::Kind::kSample) {
        core_.announce_room();
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
    bool was_encrypted = false;
  };

  void begin_generation(uint64_t generation) {
    core_.begin_generation(generation);
    pending_.clear();
    has_started_ = false;
    last_shown_.us = std::numeric_limits<int64_t>::min();
  }

  void decode(const DecodeItem& item) {
    if (!core_.codec() && !core_.open(reorder_frames(item.sample))) return;
    const bool is_first = !std::exchange(has_started_, true);
    send(item);
    receive();
    const bool is_owed = item.show && last_shown_ < item.time;
    // What is held back until there is more of it cannot be hastened.
    const bool may_hasten = item.sample.is_key_frame && !core_.holds_back();
    if (is_first && is_owed && may_hasten && is_starving()) hasten(item);
  }

  // What waits does not suffice to make the decoder give its first picture.
  [[nodiscard]] bool is_starving() const {
    const int waiting = FfmpegVideoDecoder::kMaxQueuedSamples - core_.queue()->room();
    return waiting < std::max(1, core_.codec()->has_b_frames);
  }

  void send(const DecodeItem& item) {
    const int64_t timescale = core_.stream().timescale;
    const int64_t start = ticks_to_us(item.sample.pts_ticks, timescale);
    const int64_t end = ticks_to_us(item.sample.pts_ticks + item.sample.duration_ticks, timescale);
    pending_[item.time.us] = {Duration{end - start}, item.show, item.sample.crypto != nullptr};
    if (pending_.size() > kMaxPending) pending_.erase(pending_.begin());
    // Nothing refers to such a picture, and it will not be shown: its whole cost is saved.
    core_.codec()->skip_frame = item.show ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
    if (!core_.send(item.sample, item.time)) pending_.erase(item.time.us);
  }

  // A decoder that reorders pictures gives the first one when it has seen some more, whose bytes
  // may not be there for a while. It is made to give it at once by ending the stream behind it;
  // then the stream is begun again. Costs one more decoding of one key frame. Pictures that would
  // come before it need ones from before the start and are left out by the order of times.
  void hasten(const DecodeItem& first) {
    core_.send_end();
    receive();
    core_.restart();
    send(first);
    receive();
  }

  // H.264 tells the depth of its reordering only if it wants to; a decoder that starts too low
  // gives the first pictures in the wrong order. The distance of the first sample's times tells it.
  [[nodiscard]] int reorder_frames(const EncodedSample& first) const {
    const int64_t delay = first.pts_ticks - first.dts_ticks;
    if (core_.stream().codec != "h264" || delay <= 0) return 0;
    const int64_t usual = std::max<int64_t>(1, core_.stream().timescale / kUsualFrameRate);
    const int64_t duration = first.duration_ticks > 0 ? first.duration_ticks : usual;
    const int64_t frames = (delay + duration / 2) / duration;
    return static_cast<int>(std::min<int64_t>(frames, kMaxReorderFrames));
  }

  void drain() {
    if (core_.codec()) {
      core_.send_end();
      receive();
      if (keeps_doubtful_) tell_doubtful();
      core_.restart();  // ready for what comes after
    }
    core_.tell_drained();
  }

  void receive() {
    while (FfmpegPtr<AVFrame> frame = core_.receive()) deliver(std::move(frame));
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
    const int most = FfmpegVideoDecoder::max_live_frames(facts.duration);
    if (!core_.queue()->acquire_output(core_.generation(), most)) return;
    last_shown_ = time;
    if (facts.was_encrypted) tell_captions(*frame, time);
    auto made =
        frames_.make(std::move(frame), [queue = core_.queue()] { queue->release_output(); });
    if (!made) {
      core_.report(std::move(made).error(), Severity::kRecoverable);
      return;
    }
    made->time = time;
    made->duration = facts.duration;
    core_.post([frame = *std::move(made)](VideoDecoderCallbacks& callbacks) mutable {
      if (callbacks.on_frame) callbacks.on_frame(std::move(frame));
    });
  }

  void tell_doubtful() {
    for (const MediaTime time : core_.take_doubtful()) {
      core_.post([time](VideoDecoderCallbacks& callbacks) { callbacks.on_doubtful(time); });
    }
  }

  void tell_captions(const AVFrame& frame, MediaTime time) {
    const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_A53_CC);
    if (!data) return;
    SharedBytes captions(std::vector<uint8_t>(data->data, data->data + data->size));
    core_.post([time, captions = std::move(captions)](VideoDecoderCallbacks& callbacks) {
      if (callbacks.on_captions) callbacks.on_captions(time, captions);
    });
  }

  const bool keeps_doubtful_;
  DecoderCore<VideoDecoderCallbacks> core_;
  FrameMaker frames_;
  // Of this generation.
  bool has_started_ = false;
  std::map<int64_t, Pending> pending_;  // by time in us
  MediaTime last_shown_{std::numeric_limits<int64_t>::min()};
};

}  // namespace

FfmpegVideoDecoder::FfmpegVideoDecoder(WorkerPool& pool, StreamInfo stream,
                                       std::shared_ptr<SampleDecryptor> decryptor,
                                       Executor& executor, VideoDecoderCallbacks callbacks)
    : queue_(std::make_shared<DecodeQueue>(kMaxQueuedSamples, kMaxLiveFrames)) {
  DecoderInput input{std::move(stream), std::move(decryptor)};
  input.needed = trust_after(input.stream);
  input.keeps_doubtful = static_cast<bool>(callbacks.on_doubtful);
  outlet_ = std::make_shared<VideoOutlet>(executor, std::move(callbacks));
  pool.run([input = std::move(input), queue = queue_, outlet = outlet_]() mutable {
    VideoWorker(std::move(input), std::move(queue), std::move(outlet)).run();
  });
}

FfmpegVideoDecoder::~FfmpegVideoDecoder() {
  outlet_->close();
  queue_->close();
}

int FfmpegVideoDecoder::max_live_frames(Duration picture) {
  if (picture <= Duration{0}) return kMaxLiveFrames;
  const int64_t enough = (kLiveTime + picture - Duration{1}) / picture;
  return static_cast<int>(std::clamp<int64_t>(enough, kMinLiveFrames, kMaxLiveFrames));
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
