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

bool TrickPlayer::go_on(const Find& find, MonotonicTime now, Turn& turn) {
  if (has_reached_end_) {
    turn.has_ended = true;
    return false;
  }
  if (!wish_ && !is_scrubbing()) begin_wish(now);
  if (!wish_ && is_scrubbing() && scrub_target_) {
    wish_ = TrickWish{*scrub_target_, 0, *scrub_target_};
    scrub_target_.reset();
  }
  if (!wish_) return false;
  TrickFind found = find(*wish_);
  switch (found.kind) {
    case TrickFind::Kind::kWait:
      turn.wait = std::min(turn.wait, found.wait);
      return false;
    case TrickFind::Kind::kLost:
      turn.error = std::move(found.error);
      return false;
    case TrickFind::Kind::kEnd:
      wish_.reset();
      has_reached_end_ = !is_scrubbing();
      return has_reached_end_ || scrub_target_.has_value();
    case TrickFind::Kind::kFrame:
      break;
  }
  const auto key = keys_ ? keys_->ask(*found.frame) : KeyGate::Answer::kOpen;
  if (key == KeyGate::Answer::kWait) return false;  // its coming leads to a turn
  if (key == KeyGate::Answer::kNever) {
    turn.error = keys_->refusal(*found.frame);
    return false;
  }
  wish_.reset();
  if (is_scrubbing() && on_screen_ == found.frame->pts) return scrub_target_.has_value();
  if (!decode(std::move(found.frame), now)) {
    turn.error = make_error(ErrorCode::kCodecUnsupported, "the pictures for trick play");
  }
  return false;
}

bool TrickPlayer::decode(std::shared_ptr<const TimedSample> frame, MonotonicTime now) {
  if (decoder_ && needs_new_decoder(origin_->stream, frame->origin->stream)) decoder_.reset();
  if (!decoder_) {
    VideoDecoderCallbacks callbacks;
    callbacks.on_frame = [this](VideoFrame decoded) { frame_ = std::move(decoded); };
    callbacks.on_room = [] {};
    callbacks.on_drained = [this] {
      is_drained_ = true;
      on_change_();
    };
    callbacks.on_error = [this](const Error& error) {
      has_failed_ = has_failed_ || error.severity == Severity::kFatal;
      on_change_();
    };
    auto opened =
        backend_.open_video_decoder(frame->origin->stream, keys_ ? keys_->decryptor() : nullptr,
                                    executor_, std::move(callbacks));
    if (!opened) return false;
    decoder_ = *std::move(opened);
  }
  origin_ = frame->origin;
  decoding_ = std::move(frame);
  decoding_since_ = now;
  is_drained_ = has_failed_ = false;
  decoder_->decode(decoding_->sample, decoding_->pts, true);
  decoder_->drain();
  return true;
}

void TrickPlayer::end_decoding(MonotonicTime now, Turn& turn) {
  if (!decoding_) return;
  const bool is_late = now >= decoding_since_ + kDecoderPatience;
  if (!is_drained_ && !has_failed_ && !is_late) return;
  const auto sample = std::exchange(decoding_, nullptr);
  if (frame_ && is_drained_ && !has_failed_) {
    decoder_->flush();
  } else {
    decoder_.reset();
  }
  if (frame_) {
    failures_ = 0;
    if (is_scrubbing()) return;
    latency_ = (latency_ + (now - wished_at_)) / 2;
    // Wished for before the direction changed.
    if ((frame_->time > last_) != (rate_ > 0)) frame_.reset();
    return;
  }
  // The next one may do.
  last_ = sample->pts;
  if (++failures_ >= kMostFailures) {
    turn.error = make_error(ErrorCode::kDecodeFailed, "the pictures for trick play");
  }
}

}  // namespace playhead
