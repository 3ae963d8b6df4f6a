// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "player/audio_pipeline.h"
#include "player/gap_policy.h"
#include "player/video_pipeline.h"
#include "streaming/streaming_engine.h"

namespace playhead {

// Picture and sound together: one playback clock, which is the sound's while there is any, else the
// monotonic clock's. Engine thread.
class MediaPipeline {
 public:
  // `keys` may be null and outlives it.
  MediaPipeline(MediaBackend& backend, Executor& executor, Sinks sinks, KeyGate* keys,
                PipelineListener& listener);

  // Drops everything decoded; playback will go on from `target`, stopped until run(true).
  void restart(MediaTime target, MonotonicTime now);
  // The same with other decoders; those of `forgiven` tracks may have failed.
  void restart_anew(MediaTime target, const std::set<TrackKind>& forgiven, MonotonicTime now);
  // Another decoder of sound may be tried where the last one failed. What was decoded stays.
  void forgive_sound();
  // Of the sound that was decoded last; null: none was.
  [[nodiscard]] const SampleOrigin* sound_origin() const {
    return audio_ ? audio_->decoding() : nullptr;
  }
  // See VideoPipeline.
  void keep_picture() { video_.keep_picture(); }
  void run(bool running, MonotonicTime now);
  // Pictures can be shown; without that sound goes on alone.
  void set_surface(bool is_there, MonotonicTime now);
  [[nodiscard]] bool has_surface() const { return !video_.is_off(); }
  void set_speed(double speed, MonotonicTime now);

  // What a turn did and what it needs.
  struct Turn {
    VideoPipeline::Presented video;
    Duration wait{0};  // until the next turn is needed if nothing else happens
  };
  // Feeds decoders and sinks and shows what is due.
  Turn turn(StreamingEngine& streaming, MonotonicTime now);

  // Decodes what playback begins with, which is then neither heard nor seen until there are turns.
  void prime(StreamingEngine& streaming, MonotonicTime now);
  // run() would be heard and the next turn seen at once.
  [[nodiscard]] bool is_primed(const StreamingEngine& streaming) const;

  [[nodiscard]] MediaTime position(MonotonicTime now);
  [[nodiscard]] bool is_running() const { return is_running_; }
  // Media ahead of the position in the track that has least of it; of tracks that are complete what
  // is left does not matter.
  [[nodiscard]] Duration least_level(StreamingEngine& streaming, MonotonicTime now);
  // What playback would begin with is decoded: the first frame and, if there is any, sound.
  [[nodiscard]] bool is_ready(StreamingEngine& streaming, MonotonicTime now);
  // Running, but out of something to show or to play.
  [[nodiscard]] bool is_starved(StreamingEngine& streaming, MonotonicTime now);
  // Pictures, else sound, that are there and overdue, and have not come out: a count of what goes
  // into that decoder and comes out. Nothing when nothing is owed.
  [[nodiscard]] std::optional<int64_t> owed_progress(StreamingEngine& streaming, MonotonicTime now);
  // What playback stands still for, or is about to: a sample whose key is not there, when all that
  // comes before it was shown or heard. Null: nothing of the kind.
  [[nodiscard]] const TimedSample* held_sample(StreamingEngine& streaming, MonotonicTime now);
  [[nodiscard]] bool is_finished(const StreamingEngine& streaming, MonotonicTime now);
  // All sound is in the sink, and the pictures end with it, or so little later that nobody minds
  // when they are cut short.
  [[nodiscard]] bool is_sound_written(const StreamingEngine& streaming) const;
  // All sound that is in the sink was heard.
  [[nodiscard]] bool is_sound_heard(MonotonicTime now) {
    return plays_audio_ && audio_->is_finished(now);
  }
  // What there is at the position, and what comes next.
  [[nodiscard]] GapInputs gap(StreamingEngine& streaming, MonotonicTime now);
  [[nodiscard]] const VideoPipeline& video() const { return video_; }
  // See VideoPipeline::set_captions.
  void set_captions(CaptionFeed* captions) { video_.set_captions(captions); }

 private:
  void turn_sound(StreamingEngine& streaming, MonotonicTime now, Duration& wait);
  void feed_audio(StreamingEngine& streaming, MonotonicTime now, Duration& wait);
  void pass_over_audio(StreamingEngine& streaming, MonotonicTime now, Duration& wait);
  // Up to where it is known that no sound comes but what is in the queue; none: not known.
  [[nodiscard]] static std::optional<MediaTime> no_sound_until(StreamingEngine& streaming);
  // Sound ahead of `position`, a stretch that is known to hold none included.
  [[nodiscard]] static Duration sound_level(StreamingEngine& streaming, MediaTime position);
  // Sound is missing at the position because the title has none there.
  [[nodiscard]] bool is_without_sound(StreamingEngine& streaming, MonotonicTime now);
  // How long until playback is at `time`; for ever when it is past it or stands still.
  [[nodiscard]] Duration until(MediaTime time, MonotonicTime now);
  // Playback waits for pictures when they are missing.
  [[nodiscard]] bool needs_pictures(const StreamingEngine& streaming) const {
    return streaming.plays_video() && (has_surface() || !plays_audio_);
  }
  void turn_pictures(StreamingEngine& streaming, MonotonicTime now, Turn& turn);
  // The title is sound alone, and nobody hears it: it still takes its time.
  [[nodiscard]] bool plays_unheard(const StreamingEngine& streaming) const;
  // True while sound drives the clock.
  [[nodiscard]] bool follows_audio(MonotonicTime now);

  std::unique_ptr<AudioPipeline> audio_;  // null without an audio sink
  VideoPipeline video_;
  uint64_t audio_changes_ = 0;  // of StreamingEngine, seen
  bool plays_audio_ = false;    // the title has sound and there is a sink for it
  bool is_running_ = false;
  double speed_ = 1.0;
  // The clock: at `anchor_time_` playback stood at `anchor_`; since then at `latest_`.
  MediaTime anchor_, latest_;
  MonotonicTime anchor_time_;
};

}  // namespace playhead
