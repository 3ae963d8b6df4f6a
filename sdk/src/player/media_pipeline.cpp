// SPDX-License-Identifier: Apache-2.0
#include "player/media_pipeline.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

constexpr Duration kForever = 24h;
// Never wake more often than this: a frame at 240 Hz is 4 ms.
constexpr Duration kLeastWait = 1ms;

}  // namespace

MediaPipeline::MediaPipeline(MediaBackend& backend, Executor& executor, Sinks sinks,
                             PipelineListener& listener)
    : video_(backend, executor, std::move(sinks.video), listener) {
  if (sinks.audio) {
    audio_ = std::make_unique<AudioPipeline>(backend, executor, std::move(sinks.audio), listener);
  }
}

void MediaPipeline::restart(MediaTime target, MonotonicTime now) {
  is_running_ = false;
  video_.restart(target);
  if (audio_) audio_->restart(target);
  anchor_ = target;
  anchor_time_ = now;
}

void MediaPipeline::run(bool running, MonotonicTime now) {
  if (running == is_running_) return;
  anchor_ = position(now);
  anchor_time_ = now;
  is_running_ = running;
  if (audio_) audio_->run(running);
}

void MediaPipeline::set_speed(double speed, MonotonicTime now) {
  anchor_ = position(now);
  anchor_time_ = now;
  speed_ = speed;
  if (audio_) audio_->set_speed(speed);
}

bool MediaPipeline::follows_audio(MonotonicTime now) {
  return plays_audio_ && audio_ && audio_->is_primed() && !audio_->is_finished(now);
}

MediaTime MediaPipeline::position(MonotonicTime now) {
  if (!is_running_) return anchor_;
  MediaTime position =
      follows_audio(now)
          ? audio_->position(now)
          : anchor_ + Duration{static_cast<int64_t>(
                          static_cast<double>((now - anchor_time_).count()) * speed_)};
  // The device's clock may jitter backwards by less than a buffer; time does not.
  position = std::max(position, anchor_);
  anchor_ = position;
  anchor_time_ = now;
  return position;
}

MediaPipeline::Turn MediaPipeline::turn(StreamingEngine& streaming, MonotonicTime now) {
  Turn turn;
  turn.wait = kForever;
  const bool is_audible = audio_ && streaming.plays_audio() && !audio_->has_failed();
  if (!std::exchange(plays_audio_, is_audible) && is_audible && !audio_->is_primed()) {
    // Muxed sound may turn up in the middle: it begins where playback is.
    audio_->restart(position(now));
    audio_->run(is_running_);
  }
  if (plays_audio_) {
    audio_->feed(streaming.audio(), streaming.is_complete(TrackKind::kAudio), now);
    turn.wait = std::min(turn.wait, audio_->until_refill(now));
  } else {
    // Nobody listens: what was fetched is passed over, so that the buffer does not fill up with it.
    const MediaTime here = position(now);
    while (streaming.audio().peek() && streaming.audio().peek()->end() <= here) {
      streaming.audio().advance();
    }
    if (plays_unheard(streaming)) {
      const Duration level = streaming.level(TrackKind::kAudio, here);
      turn.wait = std::min(turn.wait, until(here + level, now));
    }
  }
  if (streaming.plays_video()) {
    video_.feed(streaming.video(), streaming.is_complete(TrackKind::kVideo));
    turn.video = video_.present(position(now));
    // What was shown made room.
    if (turn.video.shown > 0) {
      video_.feed(streaming.video(), streaming.is_complete(TrackKind::kVideo));
    }
    const auto next = turn.video.next ? turn.video.next : video_.end_of_title();
    if (next) turn.wait = std::min(turn.wait, until(*next, now));
    // Where the pictures run out is a moment to look at, too.
    const MediaTime here = position(now);
    if (!streaming.is_complete(TrackKind::kVideo)) {
      turn.wait = std::min(turn.wait, until(here + streaming.level(TrackKind::kVideo, here), now));
    }
  }
  turn.wait = std::max(turn.wait, kLeastWait);
  return turn;
}

Duration MediaPipeline::until(MediaTime time, MonotonicTime now) {
  const Duration media = time - position(now);
  if (!is_running_ || media <= Duration{0}) return kForever;
  return from_seconds(to_seconds(media) / speed_);
}

bool MediaPipeline::plays_unheard(const StreamingEngine& streaming) const {
  return !plays_audio_ && !streaming.plays_video() && streaming.plays_audio();
}

Duration MediaPipeline::least_level(const StreamingEngine& streaming, MonotonicTime now) {
  const MediaTime here = position(now);
  Duration least = kForever;
  const auto look_at = [&](TrackKind kind) {
    if (!streaming.is_complete(kind)) least = std::min(least, streaming.level(kind, here));
  };
  if (streaming.plays_video()) look_at(TrackKind::kVideo);
  if (plays_audio_ || plays_unheard(streaming)) look_at(TrackKind::kAudio);
  return least;
}

bool MediaPipeline::is_ready(const StreamingEngine& streaming) const {
  // A track that ends before the target has nothing to wait for.
  const bool video_ready =
      !streaming.plays_video() || video_.has_shown() ||
      (streaming.is_complete(TrackKind::kVideo) && video_.is_finished(anchor_));
  const bool audio_ready =
      !plays_audio_ || audio_->is_primed() || streaming.is_complete(TrackKind::kAudio);
  return video_ready && audio_ready;
}

bool MediaPipeline::is_starved(StreamingEngine& streaming, MonotonicTime now) {
  if (!is_running_) return false;
  const MediaTime here = position(now);
  if (streaming.plays_video() && !streaming.is_complete(TrackKind::kVideo) &&
      streaming.level(TrackKind::kVideo, here) == Duration{0}) {
    return true;
  }
  if (plays_unheard(streaming)) {
    return !streaming.is_complete(TrackKind::kAudio) &&
           streaming.level(TrackKind::kAudio, here) == Duration{0};
  }
  return plays_audio_ && !streaming.is_complete(TrackKind::kAudio) &&
         (streaming.level(TrackKind::kAudio, here) == Duration{0} ||
          (audio_->is_dry(now) && !streaming.audio().has_unread()));
}

bool MediaPipeline::is_finished(const StreamingEngine& streaming, MonotonicTime now) {
  const bool video_done = !streaming.plays_video() || (streaming.is_complete(TrackKind::kVideo) &&
                                                       video_.is_finished(position(now)));
  if (plays_unheard(streaming)) {
    return streaming.is_complete(TrackKind::kAudio) &&
           streaming.level(TrackKind::kAudio, position(now)) == Duration{0};
  }
  const bool audio_done =
      !plays_audio_ || (streaming.is_complete(TrackKind::kAudio) && audio_->is_finished(now));
  return video_done && audio_done;
}

}  // namespace playhead
