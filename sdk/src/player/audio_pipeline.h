// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "player/audio_timeline.h"
#include "player/device_return.h"
#include "player/key_gate.h"
#include "player/pipeline_decoder.h"
#include "player/sink_watch.h"
#include "playhead/media_backend.h"
#include "playhead/sinks.h"
#include "streaming/sample_queue.h"

namespace playhead {

// From samples to the sound device: decodes a little ahead, fills gaps with silence, cuts overlaps,
// and tells the position from what the device has played. Engine thread.
class AudioPipeline {
 public:
  // `keys` may be null: encrypted samples are refused by the decoder.
  AudioPipeline(MediaBackend& backend, Executor& executor, std::shared_ptr<AudioSink> sink,
                KeyGate* keys, PipelineListener& listener);
  ~AudioPipeline();

  // Drops everything; the next sound heard is that of `target`. The sink is paused.
  void restart(MediaTime target);
  // See VideoPipeline::reopen.
  void reopen(bool is_forgiven) { decoder_.reopen(is_forgiven); }
  void set_speed(double speed);
  void run(bool running);

  // What comes from the queue now is other sound of the same title: what the sink has goes on, and
  // the new one follows it without a gap.
  void change_track();

  // What is known of the sound that is not in the queue.
  struct Outlook {
    bool is_complete = false;             // the queue's end is the end of the title's sound
    std::optional<MediaTime> none_until;  // behind the queue's end there is none up to here
  };
  // Moves samples to the decoder and decoded sound to the sink.
  void feed(SampleQueue& queue, const Outlook& outlook, MonotonicTime now);
  // The sound heard next is that of `position`; only while is_idle().
  void begin_at(MediaTime position);

  // Position heard now.
  [[nodiscard]] MediaTime position(MonotonicTime now);
  // Some sound is in the sink, so that it can start at once.
  [[nodiscard]] bool is_primed() const { return timeline_.frames() > 0; }
  // The sink has played everything it got and there is nothing more to give it at present.
  [[nodiscard]] bool is_dry(MonotonicTime now);
  // Nothing is being decoded or heard, and nothing waits to be: nothing has come yet, or what comes
  // next comes after a pause.
  [[nodiscard]] bool is_idle(MonotonicTime now) {
    return !decoder_ && chunks_.empty() && queued_frames(now) == 0;
  }
  // All sound there is was heard, up to the end of the title or to a long pause.
  [[nodiscard]] bool is_finished(MonotonicTime now);
  // From when on there is sound, of what has come; `position` when there is now. Nothing when that
  // is not known.
  [[nodiscard]] std::optional<MediaTime> next_sound(MediaTime position,
                                                    const SampleQueue& queue) const;
  // Up to where sound was written that is none of the silence in gaps.
  [[nodiscard]] MediaTime sound_end() const { return sound_end_; }
  // As of VideoPipeline.
  [[nodiscard]] const TimedSample* held_sample(const SampleQueue& queue, MonotonicTime now);
  [[nodiscard]] bool is_held() const { return held_ != KeyGate::Answer::kOpen; }
  // All sound of the title is in the sink.
  [[nodiscard]] bool is_written_out() const {
    return decoder_.is_drained() && chunks_.empty() && !is_held();
  }
  [[nodiscard]] bool has_lost_decoder() const { return decoder_.has_failed(); }
  // What the decoder gets, or got last; null: nothing yet.
  [[nodiscard]] const SampleOrigin* decoding() const { return origin_.get(); }
  // No sound can be had: the decoder failed for good, or the device has gone.
  [[nodiscard]] bool has_failed() const { return decoder_.has_failed() || device_.is_lost(); }
  // Looks whether a device that had gone is back: has_failed() tells, and restart() has to follow.
  // Answers how long until it should look again.
  Duration seek_device(MonotonicTime now);
  // Samples taken and pieces given, for telling whether anything happens.
  [[nodiscard]] int64_t progress() const { return progress_; }
  // How long until feed() should be called again although nothing arrived.
  [[nodiscard]] Duration until_refill(MonotonicTime now);

 private:
  int64_t progress_ = 0;
  void decode(SampleQueue& queue, const Outlook& outlook, MonotonicTime now);
  // The queue is read out: whether what the decoder still holds must come out now.
  [[nodiscard]] bool is_at_end(const Outlook& outlook) const;
  bool open_decoder(const SampleOrigin& origin, MonotonicTime now);
  bool open_device(const SampleOrigin& origin, MonotonicTime now);
  void write(MonotonicTime now);
  void write_silence(Duration media);
  void write_chunk(AudioChunk chunk);
  [[nodiscard]] int64_t queued_frames(MonotonicTime now);
  [[nodiscard]] Duration decoded_ahead() const;
  // A device that has stopped is closed. False: there is no sound.
  bool check_device(MonotonicTime now);
  void lose_device(Error error, MonotonicTime now);

  MediaBackend& backend_;
  Executor& executor_;
  std::shared_ptr<AudioSink> sink_;
  KeyGate* keys_;
  PipelineListener& listener_;

  PipelineDecoder<AudioDecoder, AudioDecoderCallbacks> decoder_;
  std::shared_ptr<const SampleOrigin> origin_;  // of the samples the decoder was opened for
  AudioFormat wanted_;                          // what the sink was opened with, or would be
  std::optional<AudioFormat> format_;           // the opened sink's
  DeviceReturn device_;
  std::deque<AudioChunk> chunks_;               // decoded, not yet in the sink
  AudioTimeline timeline_;
  MediaTime sound_end_;
  KeyGate::Answer held_ = KeyGate::Answer::kOpen;  // what was said of the next sample
  SinkWatch watch_;
  double speed_ = 1.0;
  bool is_running_ = false;
};

}  // namespace playhead
