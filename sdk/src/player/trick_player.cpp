// SPDX-License-Identifier: Apache-2.0
#include "player/trick_player.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/forever.h"
#include "player/pipeline_decoder.h"
#include "playhead/player.h"

namespace playhead {

namespace {

constexpr Duration kFrameInterval = Duration{1'000'000 / kTrickFramesPerSecond};
// Pictures are not asked for further ahead than that, however slow they come.
constexpr Duration kMostLatency = 5s;
// A decoder that has not answered by then is made anew. A key frame takes some 10 ms.
constexpr Duration kDecoderPatience = 2s;
// Pictures in a row that cannot be decoded: no others will be.
constexpr int kMostFailures = 5;

}  // namespace

bool is_trick_rate(int rate) {
  const int speed = std::abs(std::clamp(rate, -64, 64));
  return rate == 0 || speed == 2 || speed == 4 || speed == 8 || speed == 16 || speed == 32;
}

TrickPlayer::TrickPlayer(MediaBackend& backend, Executor& executor, std::shared_ptr<VideoSink> sink,
                         KeyGate* keys, std::function<void()> on_change)
    : backend_(backend),
      executor_(executor),
      sink_(std::move(sink)),
      keys_(keys),
      on_change_(std::move(on_change)) {}

void TrickPlayer::play(MediaTime position, int rate, MonotonicTime now) {
  // A scrub's picture is none to go on from.
  if (is_scrubbing()) position_ = last_ = position;
  rate_ = rate;
  last_ = position_;
  last_at_ = now;
  wish_.reset();
  scrub_target_.reset();
  proof_.reset();
  frame_.reset();
  has_reached_end_ = false;
}

void TrickPlayer::scrub(MediaTime position, MediaTime target) {
  if (!is_scrubbing()) {
    frame_.reset();
    wish_.reset();
  }
  rate_ = 0;
  position_ = position;
  // What is on its way is still shown: while somebody keeps dragging, nothing else would be.
  scrub_target_ = target;
}

TrickPlayer::Turn TrickPlayer::turn(const Find& find, MonotonicTime now) {
  Turn turn;
  turn.wait = kForever;
  end_decoding(now, turn);
  show_due(now, turn);
  while (!frame_ && !decoding_ && !turn.error && !turn.has_ended) {
    if (!go_on(find, now, turn)) break;
  }
  if (decoding_) turn.wait = std::min(turn.wait, decoding_since_ + kDecoderPatience - now);
  if (frame_) turn.wait = std::min(turn.wait, std::max(due(frame_->time) - now, Duration{1'000}));
  return turn;
}

MonotonicTime TrickPlayer::due(MediaTime frame) const {
  if (is_scrubbing()) return last_at_;
  return last_at_ + Duration{std::abs((frame - last_).count() / rate_)};
}

void TrickPlayer::show_due(MonotonicTime now, Turn& turn) {
  if (!frame_ || now < due(frame_->time)) return;
  const VideoFrame frame = *std::exchange(frame_, std::nullopt);
  // A little late is made good by the next; what took long is not.
  last_at_ = is_scrubbing() ? now : std::max(due(frame.time), now - kFrameInterval);
  last_ = frame.time;
  if (!is_scrubbing()) position_ = frame.time;
  on_screen_ = frame.time;
  ++turn.shown;
  if (sink_) sink_->show(frame);
}

void TrickPlayer::begin_wish(MonotonicTime now) {
  const Duration lead = std::clamp(latency_, kFrameInterval, kMostLatency);
  TrickWish wish;
  wish.direction = rate_ > 0 ? 1 : -1;
  wish.shown = last_;
  wish.target = std::max(last_ + lead * rate_, MediaTime{0});
  wish_ = wish;
  wished_at_ = now;
}

bool TrickPlayer::wish_something(MonotonicTime now) {
  if (wish_) return true;
  if (is_scrubbing() && scrub_target_) {
    wish_ = TrickWish{*scrub_target_, 0, *scrub_target_};
    scrub_target_.reset();
    proof_.reset();
  } else if (proof_) {
    wish_ = TrickWish{proof_->at, proof_->direction, proof_->at};
  } else if (!is_scrubbing()) {
    begin_wish(now);
  }
  return wish_.has_value();
}

void TrickPlayer::turn_proof_back(Turn& turn) {
  wish_.reset();
  proof_->at = proof_->of->pts;
  proof_->direction = -proof_->direction;
  if (std::exchange(proof_->is_turned, true)) {
    turn.error =
        make_error(ErrorCode::kDecodeFailed,
                   "trick play: too few pictures to tell whether their key is the right one");
  }
}

bool TrickPlayer::go_on(const Find& find, MonotonicTime now, Turn& turn) {
  if (has_reached_end_) {
    turn.has_ended = true;
    return false;
  }
  if (!wish_something(now)) return false;
  TrickFind found = find(*wish_);
  if (found.kind == TrickFind::Kind::kWait) {
    turn.wait = std::min(turn.wait, found.wait);
    return false;
  }
  const bool is_there = found.kind == TrickFind::Kind::kFrame;
  const auto key = is_there && keys_ ? keys_->ask(*found.frame) : KeyGate::Answer::kOpen;
  if (key == KeyGate::Answer::kWait) return false;  // its coming leads to a turn
  const bool is_had = is_there && key == KeyGate::Answer::kOpen;
  if (!is_had && proof_) {
    turn_proof_back(turn);
    return !turn.error;
  }
  if (found.kind == TrickFind::Kind::kEnd) {
    wish_.reset();
    has_reached_end_ = !is_scrubbing();
    return has_reached_end_ || scrub_target_.has_value();
  }
  if (!is_had) {
    turn.error = is_there ? keys_->refusal(*found.frame) : std::move(found.error);
    return false;
  }
  wish_.reset();
  const bool is_shown = is_scrubbing() && !proof_ && on_screen_ == found.frame->pts;
  if (is_shown) return scrub_target_.has_value();
  decode(std::move(found.frame), now, turn);
  return false;
}

Result<std::unique_ptr<VideoDecoder>> TrickPlayer::open_decoder(const StreamInfo& stream) {
  VideoDecoderCallbacks callbacks;
  callbacks.on_frame = [this](VideoFrame decoded) { frame_ = std::move(decoded); };
  callbacks.on_doubtful = [this](MediaTime) { is_doubtful_ = true; };
  callbacks.on_room = [] {};
  callbacks.on_drained = [this] {
    is_drained_ = true;
    on_change_();
  };
  callbacks.on_error = [this](Error error) {
    has_failed_ = has_failed_ || error.severity == Severity::kFatal;
    error_ = std::move(error);
    on_change_();
  };
  return backend_.open_video_decoder(stream, keys_ ? keys_->decryptor() : nullptr, executor_,
                                     std::move(callbacks));
}

void TrickPlayer::decode(std::shared_ptr<const TimedSample> frame, MonotonicTime now, Turn& turn) {
  if (decoder_ && needs_new_decoder(origin_->stream, frame->origin->stream)) decoder_.reset();
  if (!decoder_) {
    auto opened = open_decoder(frame->origin->stream);
    if (!opened) {
      turn.error = make_error(ErrorCode::kCodecUnsupported, "the pictures for trick play");
      return;
    }
    decoder_ = *std::move(opened);
  }
  origin_ = frame->origin;
  decoding_ = std::move(frame);
  decoding_since_ = now;
  is_drained_ = is_doubtful_ = has_failed_ = false;
  decoder_->decode(decoding_->sample, decoding_->pts, true);
  decoder_->drain();
}

void TrickPlayer::end_decoding(MonotonicTime now, Turn& turn) {
  if (!decoding_) return;
  const bool is_late = now >= decoding_since_ + kDecoderPatience;
  if (!is_drained_ && !has_failed_ && !is_late) return;
  const auto sample = std::exchange(decoding_, nullptr);
  // One in doubt goes on: it knows what came of the key so far.
  if ((frame_ || is_doubtful_) && is_drained_ && !has_failed_) {
    decoder_->flush();
  } else {
    decoder_.reset();
  }
  if (proof_) proof_->at = sample->pts;
  if (frame_) {
    failures_ = 0;
    error_.reset();
    on_decoded(*sample, now, turn);
  } else if (is_doubtful_ && !has_failed_) {
    on_doubtful(sample);
  } else {
    if (!proof_) last_ = sample->pts;  // the next one may do
    on_undecodable(turn);
  }
}

void TrickPlayer::on_decoded(const TimedSample& sample, MonotonicTime now, Turn& turn) {
  if (proof_) {
    frame_.reset();
    const CryptoInfo* crypto = sample.sample.crypto.get();
    const bool is_proof = crypto && crypto->kid == proof_->of->sample.crypto->kid;
    if (!is_proof || scrub_target_) return;
    wished_at_ = now;
    const auto proven = std::exchange(proof_, std::nullopt);
    return decode(proven->of, now, turn);
  }
  if (is_scrubbing()) return;
  latency_ = (latency_ + (now - wished_at_)) / 2;
  // Wished for before the direction changed.
  if ((frame_->time > last_) != (rate_ > 0)) frame_.reset();
}

void TrickPlayer::on_doubtful(std::shared_ptr<const TimedSample> frame) {
  if (proof_) return;
  const MediaTime at = frame->pts;
  proof_ = Proof{std::move(frame), at, rate_ < 0 ? -1 : 1};
}

void TrickPlayer::on_undecodable(Turn& turn) {
  const bool is_wrong_key = has_failed_ && error_ && error_->code == ErrorCode::kDrmWrongKey;
  if (++failures_ < kMostFailures && !is_wrong_key) return;
  turn.error = is_wrong_key ? *std::move(error_)
                            : make_error(ErrorCode::kDecodeFailed, "the pictures for trick play");
}

}  // namespace playhead
