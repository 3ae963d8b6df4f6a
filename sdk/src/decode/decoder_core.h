// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "decode/codec_context.h"
#include "decode/decode_queue.h"
#include "decode/key_trial.h"
#include "decode/opus_check.h"
#include "decode/outlet.h"
#include "playhead/drm/drm_system.h"

namespace playhead {

// What a decoder is opened for.
struct DecoderInput {
  StreamInfo stream;
  std::shared_ptr<SampleDecryptor> decryptor;  // null: encrypted samples are refused
  int needed = 1;                              // of KeyTrial: trust_after()
  bool keeps_doubtful = false;                 // what is in doubt at the end is not given out
};

// What the workers of sound and of pictures do alike: samples are opened, FFmpeg's decoder, and the
// way back to the owner. Worker's thread.
template <typename Callbacks>
class DecoderCore {
 public:
  using Way = Outlet<Callbacks>;

  DecoderCore(DecoderInput input, std::shared_ptr<DecodeQueue> queue, std::shared_ptr<Way> outlet)
      : stream_(std::move(input.stream)),
        decryptor_(std::move(input.decryptor)),
        trial_(input.needed),
        keeps_doubtful_(input.keeps_doubtful),
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
    held_.clear();
    doubtful_.clear();
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
    // Only this decoder leaves pictures unfinished, and marks cost time.
    const bool is_marked = stream_.codec == "hevc" && decryptor_;
    auto codec = open_decoder(stream_, reorder_frames, is_marked ? &marks_ : nullptr);
    is_broken_ = !codec || !packet_;
    if (is_broken_) {
      report(codec ? make_error(ErrorCode::kOutOfMemory, "packet") : codec.error(),
             Severity::kFatal);
      return false;
    }
    codec_ = *std::move(codec);
    // Their frames carry check sums, of which damage is noticed.
    const bool is_summed = stream_.codec == "ac3" || stream_.codec == "eac3";
    if (is_summed && decryptor_) codec_->err_recognition |= AV_EF_CRCCHECK;
    return true;
  }

  // False: nothing was sent, and the owner was told why.
  bool send(const EncodedSample& sample, MediaTime time) {
    if (is_broken_) return false;
    if (sample.crypto && !decryptor_) {
      end_with(make_error(ErrorCode::kDrmNoSystem, "the samples are encrypted"));
      return false;
    }
    if (!fill_packet(*packet_, sample, time)) {
      note_failure(make_error(ErrorCode::kDecodeFailed, "the sample is too large"));
      return false;
    }
    if (sample.crypto) {
      const KeyId& kid = sample.crypto->kid;
      if (!trial_.trusts(kid) && decryptor_->is_proven(kid)) trial_.trust(kid);
      if (!open_packet(*sample.crypto)) return false;
    }
    trial_.on_sample(sample, time);
    last_time_ = time;
    marks_.set_active(trial_.is_in_doubt());
    if (!is_plausible(sample)) {
      av_packet_unref(packet_.get());
      note_damage(AVERROR_INVALIDDATA);
      return false;
    }
    const int error = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (error < 0 && error != AVERROR_EOF) note_damage(error);
    return !is_broken_;
  }

  // Nothing more comes: everything can be received. restart() makes it ready again.
  void send_end() { avcodec_send_packet(codec_.get(), nullptr); }
  void restart() {
    if (codec_) avcodec_flush_buffers(codec_.get());
    trial_.forget_samples();
  }

  // What comes out is held back until there is more of it.
  [[nodiscard]] bool holds_back() const { return trial_.holds_back(); }

  // Null: there is none at present.
  FfmpegPtr<AVFrame> receive() {
    while (!is_broken_) {
      if (may_release_ && !held_.empty()) return take_held();
      may_release_ = false;
      FfmpegPtr<AVFrame> frame(av_frame_alloc());
      if (!frame) return nullptr;
      const int error = avcodec_receive_frame(codec_.get(), frame.get());
      const bool is_last_word = error == AVERROR_EOF && failures_ == 0 && !keeps_doubtful_;
      if (is_last_word && !held_.empty()) {
        may_release_ = true;  // nothing more will tell of its key
        continue;
      }
      if (error != 0) {
        if (error != AVERROR(EAGAIN) && error != AVERROR_EOF) note_damage(error);
        return nullptr;
      }
      judge(std::move(frame));
    }
    return nullptr;
  }

  // What did not come out by the end because of its key, when DecoderInput::keeps_doubtful.
  [[nodiscard]] std::vector<MediaTime> take_doubtful() {
    for (const FfmpegPtr<AVFrame>& frame : held_) doubtful_.push_back(MediaTime{frame->pts});
    held_.clear();
    return std::exchange(doubtful_, {});
  }

  // `deliver(callbacks)` runs on the owner's thread unless it flushes before.
  template <typename Deliver>
  void post(Deliver deliver) {
    outlet_->post(generation_, std::move(deliver));
  }

  void tell_drained() {
    const bool is_over = !has_output_ && !keeps_doubtful_;
    if (is_over && failures_ > 0 && failures_ < kHopeless) give_up();
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

  // Decrypts packet_ where it lies. False: it must not be decoded, and is gone.
  bool open_packet(const CryptoInfo& crypto) {
    const auto size = static_cast<std::size_t>(packet_->size);
    const Result<std::size_t> opened = decryptor_->decrypt(crypto, {packet_->data, size});
    if (opened) {
      av_shrink_packet(packet_.get(), static_cast<int>(std::min(*opened, size)));
      return true;
    }
    av_packet_unref(packet_.get());
    if (opened.error().code == ErrorCode::kDrmSample) {
      note_failure(opened.error());
    } else {
      end_with(opened.error());
    }
    return false;
  }

  // Of a key in doubt: decoders that take anything for media are not asked.
  [[nodiscard]] bool is_plausible(const EncodedSample& sample) {
    // Of more channels a packet holds several, one in the other.
    const bool is_checked = stream_.codec == "opus" && stream_.channels <= 2;
    if (!is_checked || !trial_.is_in_doubt()) return true;
    const ByteView bytes(packet_->data, static_cast<std::size_t>(packet_->size));
    return opus_.accepts(bytes, Duration{ticks_to_us(sample.duration_ticks, stream_.timescale)});
  }

  // What came out of the decoder: held_ has it unless it must not be shown.
  void judge(FfmpegPtr<AVFrame> frame) {
    const bool is_whole =
        (frame->flags & AV_FRAME_FLAG_CORRUPT) == 0 &&  //
        frame->decode_error_flags == 0 &&
        (!trial_.is_in_doubt(MediaTime{frame->pts}) || PictureMarks::is_complete(*frame));
    switch (trial_.on_frame(MediaTime{frame->pts}, is_whole)) {
      case KeyTrial::Verdict::kShow:
        if (const auto kid = trial_.take_proof()) decryptor_->set_proven(*kid);
        may_release_ = true;
        is_in_doubt_ = false;
        failures_ = 0;
        [[fallthrough]];
      case KeyTrial::Verdict::kHold:
        held_.push_back(std::move(frame));
        return;
      case KeyTrial::Verdict::kDrop:
        drop(MediaTime{frame->pts});
        return note_failure(make_error(ErrorCode::kDecodeFailed, "a damaged " + stream_.codec));
      case KeyTrial::Verdict::kWrong:
        return end_with(wrong_key());
    }
  }
  FfmpegPtr<AVFrame> take_held() {
    FfmpegPtr<AVFrame> frame = std::move(held_.front());
    held_.pop_front();
    has_output_ = true;
    return frame;
  }

  // And what is built on it, or was held for its key.
  void drop(MediaTime time) {
    held_.clear();
    is_in_doubt_ = true;
    if (keeps_doubtful_) doubtful_ = {time};
  }

  void note_damage(int ffmpeg_code) {
    const KeyTrial::Verdict verdict = trial_.on_failure();
    if (verdict == KeyTrial::Verdict::kWrong) return end_with(wrong_key());
    if (verdict == KeyTrial::Verdict::kDrop) drop(last_time_);
    note_failure(ffmpeg_error(ErrorCode::kDecodeFailed, stream_.codec, ffmpeg_code));
  }
  [[nodiscard]] Error wrong_key() const {
    return make_error(ErrorCode::kDrmWrongKey, "what comes of the samples is no " + stream_.codec);
  }

  // Nothing is decoded any more; told once.
  void end_with(Error error) {
    if (std::exchange(is_broken_, true)) return;
    held_.clear();
    report(std::move(error), Severity::kFatal);
  }

  // The first of a row is told; of the others only that there is no end to them.
  void note_failure(Error error) {
    if (++failures_ == 1) report(error, Severity::kRecoverable);
    last_failure_ = std::move(error);
    if (failures_ == (has_output_ ? kHopeless : kHopelessFromTheStart)) give_up();
  }
  void give_up() {
    failures_ = kHopeless;
    report(is_in_doubt_ ? wrong_key() : last_failure_, Severity::kFatal);
  }

  const StreamInfo stream_;
  const std::shared_ptr<SampleDecryptor> decryptor_;  // may be null
  KeyTrial trial_;
  const bool keeps_doubtful_;
  OpusCheck opus_;
  PictureMarks marks_;                   // outlives codec_
  std::deque<FfmpegPtr<AVFrame>> held_;  // decoded, not yet handed out
  std::vector<MediaTime> doubtful_;      // dropped, with DecoderInput::keeps_doubtful
  MediaTime last_time_;                  // of what was sent
  bool may_release_ = false;             // what is held
  bool is_in_doubt_ = false;             // failures may be the fault of a key
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
