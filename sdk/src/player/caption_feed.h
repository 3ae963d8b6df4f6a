// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "playhead/media_backend.h"
#include "streaming/timed_sample.h"
#include "text/caption_data.h"
#include "text/cue_timeline.h"

namespace playhead {

// Closed captions (CEA-608) out of the pictures on their way to the decoder, as cues. Engine
// thread.
class CaptionFeed {
 public:
  // `backend` outlives it.
  explicit CaptionFeed(MediaBackend& backend) : backend_(backend) {}

  // 1..4: CC1..CC4; 0: none.
  void select(int channel);
  // Playback goes on elsewhere: what was on screen is forgotten.
  void restart();
  // Each picture in decoding order.
  void add(const TimedSample& sample);
  // The same of what was encrypted: see VideoDecoderCallbacks::on_captions.
  void add(MediaTime time, ByteView packets);

  [[nodiscard]] const text::CueTimeline& cues() const { return cues_; }

 private:
  void take(const text::TimedCaptions& captions);

  MediaBackend& backend_;
  int channel_ = 0;
  text::CaptionChannelFilter filter_{1};
  text::CaptionReorderer reorderer_;
  std::unique_ptr<CaptionDecoder> decoder_;  // null: not yet needed, or the backend has none
  bool has_failed_ = false;
  MediaTime decoded_until_;
  text::CueTimeline cues_;
};

}  // namespace playhead
