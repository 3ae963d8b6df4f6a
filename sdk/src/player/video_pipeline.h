// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "player/caption_feed.h"
#include "player/key_gate.h"
#include "player/pipeline_decoder.h"
#include "playhead/media_backend.h"
#include "playhead/sinks.h"
#include "streaming/sample_queue.h"

namespace playhead {

// From samples to the screen: decodes a few frames ahead and shows each when its time has come.
// Engine thread.
class VideoPipeline {
 public:
  // `sink` may be null: frames are decoded, timed and dropped.
  // `keys` may be null: encrypted samples are refused by the decoder.
  VideoPipeline(MediaBackend& backend, Executor& executor, std::shared_ptr<VideoSink> sink,
                KeyGate* keys, PipelineListener& listener);
  ~VideoPipeline();

  // Drops everything; the next frame shown is the one that `target` falls into.
  void restart(MediaTime target);
  // After restart(), when a frame was shown before it: that one stays until the first is due.
  void keep_picture() { has_shown_ = is_kept_ = true; }
  // After restart(): goes on with another decoder, `is_forgiven` even if the one before failed.
  void reopen(bool is_forgiven) { decoder_.reopen(is_forgiven); }
  void feed(SampleQueue& queue, bool complete);
  // A decoder that is too far behind `position` goes on with what is due. Answers how many pictures
  // are left out.
  int catch_up(SampleQueue& queue, MediaTime position);
  // From `here` on pictures are not decoded, or are again: the decoder goes until then.
  void set_off(bool is_off, MediaTime here);
  [[nodiscard]] bool is_off() const { return is_off_; }
  // In place of feed() and present() while they are off: leaves out what decoding would not begin
  // with at `position`.
  void pass_over(SampleQueue& queue, MediaTime position);
  // Is shown every sample that goes to the decoder, and restarted with it; may be null.
  void set_captions(CaptionFeed* captions) { captions_ = captions; }

  // What present() did.
  struct Presented {
    int shown = 0;
    int dropped = 0;
    // Set when another Representation than before came on screen.
    std::shared_ptr<const SampleOrigin> changed;
    // The time of the next frame that is ready; none when none is.
    std::optional<MediaTime> next;
  };
  // Shows the latest frame due at `position`; after restart() the first frame at once, due or not,
  // unless keep_picture() was called.
  Presented present(MediaTime position);

  // A frame is decoded that present() would show.
  [[nodiscard]] bool has_next() const { return !frames_.empty(); }
  // A frame has been shown since restart(), or keep_picture() was called.
  [[nodiscard]] bool has_shown() const { return has_shown_; }
  // From when on there is a picture, of what is decoded; `position` when there is now. Nothing when
  // that is not known.
  [[nodiscard]] std::optional<MediaTime> next_picture(MediaTime position) const;
  // Where what is on screen begins, when that is later.
  [[nodiscard]] std::optional<MediaTime> shown_after(MediaTime position) const;
  // The last frame of the title has been on screen for its duration.
  [[nodiscard]] bool is_finished(MediaTime position) const;
  // What playback stands still for at `position`: the next sample, whose key is not there, when
  // everything before it was shown. Null: nothing of the kind. Until the next feed().
  [[nodiscard]] const TimedSample* held_sample(const SampleQueue& queue, MediaTime position) const;
  // The same, whether or not it is reached yet: nothing comes out of the decoder for good reason.
  [[nodiscard]] bool is_held() const { return held_ != KeyGate::Answer::kOpen; }
  // What the decoder was given last, or was to be opened for; null: nothing yet.
  [[nodiscard]] const SampleOrigin* decoding() const { return decoding_.get(); }
  // Which segment that is of, counted as they are decoded.
  [[nodiscard]] uint64_t segment_number() const { return segment_number_; }
  // No pictures can be had: the decoder failed for good.
  [[nodiscard]] bool has_failed() const { return decoder_.has_failed(); }
  // When the frame on screen ends, if it is the title's last.
  [[nodiscard]] std::optional<MediaTime> end_of_title() const {
    if (!decoder_.is_drained() || !frames_.empty() || is_held()) return std::nullopt;
    return shown_end_;
  }
  // When the frame on screen ends.
  [[nodiscard]] MediaTime shown_end() const { return shown_end_; }
  // Samples taken and frames given, for telling whether anything happens.
  [[nodiscard]] int64_t progress() const { return progress_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }

 private:
  bool open_decoder(const SampleOrigin& origin);
  // The next samples; how many pictures they are.
  int leave_out(SampleQueue& queue, std::size_t count);
  void note_origin(const TimedSample& sample);

  MediaBackend& backend_;
  Executor& executor_;
  std::shared_ptr<VideoSink> sink_;
  KeyGate* keys_;
  PipelineListener& listener_;
  CaptionFeed* captions_ = nullptr;

  PipelineDecoder<VideoDecoder, VideoDecoderCallbacks> decoder_;
  std::shared_ptr<const SampleOrigin> origin_;  // of the last sample given to the decoder
  std::shared_ptr<const SampleOrigin> decoding_;
  uint64_t segment_ = 0, segment_number_ = 0;  // its transfer, and how many there were
  std::deque<VideoFrame> frames_;  // decoded, not yet shown
  MediaTime target_;
  bool has_shown_ = false;
  bool is_kept_ = false;       // what is on screen was shown before restart()
  bool is_off_ = false;
  bool may_catch_up_ = false;  // a frame was shown since the last time
  MediaTime shown_start_;      // of the frame on screen
  MediaTime shown_end_;
  KeyGate::Answer held_ = KeyGate::Answer::kOpen;  // what was said of the next sample
  int64_t progress_ = 0;
  int width_ = 0, height_ = 0;
  // Where on the timeline the frames of an origin begin; the front is on screen.
  struct OriginStart {
    MediaTime from;
    std::shared_ptr<const SampleOrigin> origin;
  };
  std::deque<OriginStart> origins_;
  std::shared_ptr<const SampleOrigin> shown_;  // of the frame on screen
};

}  // namespace playhead
