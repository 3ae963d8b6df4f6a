// SPDX-License-Identifier: Apache-2.0
#include "player/media_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/forever.h"

namespace playhead {

namespace {

// Never wake more often than this: a frame at 240 Hz is 4 ms.
constexpr Duration kLeastWait = 1ms;
// With so much ahead a decoder has what it needs to begin, whatever it holds back for its order.
constexpr Duration kPlenty = 1s;
// A picture so late is not late but missing.
constexpr Duration kOverdue = 1s;
// Pictures may be so much longer than the sound for the next title's sound to follow directly
// (chosen: two pictures at 24 a second, four frames of AAC). More: an end is cut off visibly; less:
// a moment of silence after titles whose sound is a little short.
constexpr Duration kShortTail = 85ms;
// So often pictures that nobody sees are passed over.
constexpr Duration kUnseen = 250ms;

}  // namespace

MediaPipeline::MediaPipeline(MediaBackend& backend, Executor& executor, Sinks sinks, KeyGate* keys,
                             PipelineListener& listener)
    : video_(backend, executor, std::move(sinks.video), keys, listener) {
  if (sinks.audio) {
    audio_ =
        std::make_unique<AudioPipeline>(backend, executor, std::move(sinks.audio), keys, listener);
  }
}

void MediaPipeline::restart(MediaTime target, MonotonicTime now) {
  is_running_ = false;
  video_.restart(target);
  if (audio_) audio_->restart(target);
  anchor_ = latest_ = target;
  anchor_time_ = now;
}

void MediaPipeline::restart_anew(MediaTime target, const std::set<TrackKind>& forgiven,
                                 MonotonicTime now) {
  restart(target, now);
  video_.reopen(forgiven.count(TrackKind::kVideo) != 0);
  if (audio_) audio_->reopen(forgiven.count(TrackKind::kAudio) != 0);
}

void MediaPipeline::forgive_sound() {
  if (audio_ && audio_->has_lost_decoder()) audio_->reopen(true);
}

void MediaPipeline::run(bool running, MonotonicTime now) {
  if (running == is_running_) return;
  anchor_ = position(now);
  anchor_time_ = now;
  is_running_ = running;
  if (audio_) audio_->run(running);
}

void MediaPipeline::set_surface(bool is_there, MonotonicTime now) {
  if (is_there != has_surface()) video_.set_off(!is_there, position(now));
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
  const bool is_heard = follows_audio(now);
  const double passed = static_cast<double>((now - anchor_time_).count());
  const MediaTime position =
      is_heard ? audio_->position(now) : anchor_ + Duration{static_cast<int64_t>(passed * speed_)};
  // The device's clock may jitter backwards by less than a buffer; time does not.
  latest_ = std::max(position, latest_);
  if (is_heard) {
    anchor_ = latest_;
    anchor_time_ = now;
  }
  return latest_;
}

std::optional<MediaTime> MediaPipeline::no_sound_until(StreamingEngine& streaming) {
  if (streaming.audio().has_unread()) return std::nullopt;
  return streaming.settled_until(TrackKind::kAudio);
}

bool MediaPipeline::is_without_sound(StreamingEngine& streaming, MonotonicTime now) {
  const auto until = no_sound_until(streaming);
  return until && *until > position(now) && audio_->is_idle(now);
}

void MediaPipeline::feed_audio(StreamingEngine& streaming, MonotonicTime now, Duration& wait) {
  SampleQueue& queue = streaming.audio();
  // After a pause in the sound the next of it begins where playback is by then.
  if (queue.has_unread() && audio_->is_idle(now)) audio_->begin_at(position(now));
  AudioPipeline::Outlook outlook;
  outlook.is_complete = streaming.is_complete(TrackKind::kAudio);
  if (!outlook.is_complete) outlook.none_until = no_sound_until(streaming);
  audio_->feed(queue, outlook, now);
  wait = std::min(wait, audio_->until_refill(now));
  if (outlook.is_complete || queue.has_unread()) return;
  if (outlook.none_until) wait = std::min(wait, until(*outlook.none_until, now));
}

void MediaPipeline::pass_over_audio(StreamingEngine& streaming, MonotonicTime now, Duration& wait) {
  // Nobody listens: what was fetched is passed over, so that the buffer does not fill up with it.
  const MediaTime here = position(now);
  SampleQueue& queue = streaming.audio();
  while (queue.peek() && queue.peek()->end() <= here) queue.advance();
  if (!plays_unheard(streaming)) return;
  wait = std::min(wait, until(here + sound_level(streaming, here), now));
}

Duration MediaPipeline::sound_level(StreamingEngine& streaming, MediaTime position) {
  const Duration level = streaming.level(TrackKind::kAudio, position);
  const auto none_until = no_sound_until(streaming);
  return none_until ? std::max(level, *none_until - position) : level;
}

void MediaPipeline::turn_sound(StreamingEngine& streaming, MonotonicTime now, Duration& wait) {
  // Nobody misses a device while nothing is to be heard.
  if (audio_ && is_running_) wait = std::min(wait, audio_->seek_device(now));
  const bool is_audible = audio_ && streaming.plays_audio() && !audio_->has_failed();
  if (!std::exchange(plays_audio_, is_audible) && is_audible) {
    // Muxed sound may turn up in the middle: it begins where playback is.
    audio_->restart(position(now));
    audio_->run(is_running_);
  }
  const bool is_other_sound =
      std::exchange(audio_changes_, streaming.audio_changes()) != audio_changes_;
  if (is_other_sound && plays_audio_) audio_->change_track();
  if (plays_audio_) {
    feed_audio(streaming, now, wait);
    // A device that has just been given up is not sound that has come to its end.
    plays_audio_ = !audio_->has_failed();
  } else {
    pass_over_audio(streaming, now, wait);
  }
}

void MediaPipeline::prime(StreamingEngine& streaming, MonotonicTime now) {
  Duration wait = kForever;  // nothing runs: only what arrives makes a difference
  turn_sound(streaming, now, wait);
  if (streaming.plays_video() && has_surface()) {
    video_.feed(streaming.video(), streaming.is_complete(TrackKind::kVideo));
  }
}

bool MediaPipeline::is_primed(const StreamingEngine& streaming) const {
  if (streaming.plays_video() && has_surface() && !video_.has_next()) return false;
  return !streaming.plays_audio() || !audio_ || (plays_audio_ && audio_->is_primed());
}

bool MediaPipeline::is_sound_written(const StreamingEngine& streaming) const {
  if (!plays_audio_ || !streaming.is_complete(TrackKind::kAudio) || !audio_->is_written_out()) {
    return false;
  }
  if (!streaming.plays_video()) return true;
  const MediaTime end = audio_->sound_end();
  return streaming.is_complete(TrackKind::kVideo) &&
         streaming.level(TrackKind::kVideo, end) <= kShortTail;
}

MediaPipeline::Turn MediaPipeline::turn(StreamingEngine& streaming, MonotonicTime now) {
  Turn turn;
  turn.wait = kForever;
  turn_sound(streaming, now, turn.wait);
  if (streaming.plays_video() && has_surface()) {
    turn_pictures(streaming, now, turn);
  } else if (streaming.plays_video()) {
    video_.pass_over(streaming.video(), position(now));
    turn.wait = std::min(turn.wait, until(position(now) + kUnseen, now));
  }
  turn.wait = std::max(turn.wait, kLeastWait);
  return turn;
}

void MediaPipeline::turn_pictures(StreamingEngine& streaming, MonotonicTime now, Turn& turn) {
  const int left_out = is_running_ ? video_.catch_up(streaming.video(), position(now)) : 0;
  video_.feed(streaming.video(), streaming.is_complete(TrackKind::kVideo));
  turn.video = video_.present(position(now));
  turn.video.dropped += left_out;
  // What was shown made room.
  if (turn.video.shown > 0) {
    video_.feed(streaming.video(), streaming.is_complete(TrackKind::kVideo));
  }
  const auto next = turn.video.next ? turn.video.next : video_.end_of_title();
  if (next) turn.wait = std::min(turn.wait, until(*next, now));
  // Where the pictures run out is a moment to look at, too; and, in a gap, where the sound does.
  const MediaTime here = position(now);
  if (plays_audio_ && turn.video.next && *turn.video.next > here) {
    turn.wait = std::min(turn.wait, until(audio_->sound_end(), now));
  }
  if (!streaming.is_complete(TrackKind::kVideo)) {
    turn.wait = std::min(turn.wait, until(here + streaming.level(TrackKind::kVideo, here), now));
  }
}

Duration MediaPipeline::until(MediaTime time, MonotonicTime now) {
  const Duration media = time - position(now);
  if (!is_running_ || media <= Duration{0} || media > kForever) return kForever;
  return from_seconds(to_seconds(media) / speed_);
}

bool MediaPipeline::plays_unheard(const StreamingEngine& streaming) const {
  return !plays_audio_ && !streaming.plays_video() && streaming.plays_audio();
}

Duration MediaPipeline::least_level(StreamingEngine& streaming, MonotonicTime now) {
  const MediaTime here = position(now);
  Duration least = kForever;
  if (needs_pictures(streaming) && !streaming.is_complete(TrackKind::kVideo)) {
    least = streaming.level(TrackKind::kVideo, here);
  }
  const bool counts_sound = plays_audio_ || plays_unheard(streaming);
  if (counts_sound && !streaming.is_complete(TrackKind::kAudio)) {
    least = std::min(least, sound_level(streaming, here));
  }
  return least;
}

const TimedSample* MediaPipeline::held_sample(StreamingEngine& streaming, MonotonicTime now) {
  const TimedSample* held = nullptr;
  if (streaming.plays_video() && !video_.has_failed()) {
    held = video_.held_sample(streaming.video(), position(now));
  }
  if (!held && plays_audio_) held = audio_->held_sample(streaming.audio(), now);
  return held;
}

bool MediaPipeline::is_ready(StreamingEngine& streaming, MonotonicTime now) {
  if (held_sample(streaming, now)) return false;
  // A track that ends before the target has nothing to wait for.
  const bool video_ready =
      !streaming.plays_video() || !has_surface() || video_.has_shown() ||
      (streaming.is_complete(TrackKind::kVideo) && video_.is_finished(latest_));
  if (!video_ready) return false;
  if (!plays_audio_ || audio_->is_primed()) return true;
  const bool has_ended = streaming.is_complete(TrackKind::kAudio) && audio_->is_finished(now);
  return has_ended || is_without_sound(streaming, now);
}

bool MediaPipeline::is_starved(StreamingEngine& streaming, MonotonicTime now) {
  if (!is_running_) return false;
  if (held_sample(streaming, now)) return true;
  const MediaTime here = position(now);
  if (needs_pictures(streaming) && !streaming.is_complete(TrackKind::kVideo) &&
      streaming.level(TrackKind::kVideo, here) == Duration{0}) {
    return true;
  }
  if (plays_unheard(streaming)) {
    return !streaming.is_complete(TrackKind::kAudio) && sound_level(streaming, here) == Duration{0};
  }
  if (!plays_audio_ || streaming.is_complete(TrackKind::kAudio)) return false;
  // Where there is none what a decoder still has of it is played to its end.
  const bool is_missing = sound_level(streaming, here) == Duration{0} ||
                          (audio_->is_dry(now) && !streaming.audio().has_unread());
  return is_missing && !is_without_sound(streaming, now);
}

std::optional<int64_t> MediaPipeline::owed_progress(StreamingEngine& streaming, MonotonicTime now) {
  const MediaTime here = position(now);
  const auto is_there = [&](TrackKind kind, const SampleQueue& queue) {
    return queue.level(here) >= kPlenty ||
           (streaming.is_complete(kind) && queue.level(here) > Duration{0});
  };
  if (streaming.plays_video() && has_surface() && !video_.has_failed() && !video_.is_held()) {
    const SampleQueue& queue = streaming.video();
    if (!video_.has_shown() && is_there(TrackKind::kVideo, queue)) return video_.progress();
    const MediaTime overdue = here - kOverdue;
    if (video_.has_shown() && queue.has_shown_between(video_.shown_end(), overdue)) {
      return video_.progress();
    }
  }
  const SampleQueue& queue = streaming.audio();
  const bool is_owed = plays_audio_ && !audio_->is_held() && !audio_->is_primed() &&
                       is_there(TrackKind::kAudio, queue) &&
                       queue.has_shown_between(here, here + kPlenty);
  return is_owed ? std::optional(audio_->progress()) : std::nullopt;
}

GapInputs MediaPipeline::gap(StreamingEngine& streaming, MonotonicTime now) {
  GapInputs in;
  in.position = position(now);
  in.has_pictures = streaming.plays_video() && has_surface() && !video_.is_finished(in.position);
  if (in.has_pictures) in.next_picture = video_.next_picture(in.position);
  in.on_screen_from = video_.shown_after(in.position);
  in.has_sound = plays_audio_ && !(streaming.is_complete(TrackKind::kAudio) &&
                                   audio_->is_finished(now) && !streaming.audio().has_unread());
  if (in.has_sound) in.next_sound = audio_->next_sound(in.position, streaming.audio());
  return in;
}

bool MediaPipeline::is_finished(const StreamingEngine& streaming, MonotonicTime now) {
  const MediaTime here = position(now);
  const bool is_shown_out = has_surface() ? video_.is_finished(here)
                                          : streaming.level(TrackKind::kVideo, here) == Duration{0};
  const bool video_done =
      !streaming.plays_video() || (streaming.is_complete(TrackKind::kVideo) && is_shown_out);
  if (plays_unheard(streaming)) {
    return streaming.is_complete(TrackKind::kAudio) &&
           streaming.level(TrackKind::kAudio, position(now)) == Duration{0};
  }
  const bool audio_done =
      !plays_audio_ || (streaming.is_complete(TrackKind::kAudio) && audio_->is_finished(now));
  return video_done && audio_done;
}

}  // namespace playhead
