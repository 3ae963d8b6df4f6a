// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "playhead/error.h"
#include "playhead/events.h"

namespace playhead {

// What the streaming engine tells the player engine. Engine thread; never from inside a call.
class StreamingListener {
 public:
  virtual ~StreamingListener() = default;
  // Something changed that a turn should look at.
  virtual void on_streaming_progress() = 0;
  virtual void on_segment_loaded(const SegmentLoaded& segment) = 0;
  virtual void on_received(int64_t bytes) = 0;
  virtual void on_streaming_warning(const Error& error) = 0;
  // Subtitles, or some of them, cannot be had; playback goes on without.
  virtual void on_text_warning(const Error& error) = 0;
  // From inside StreamingEngine::turn_previews().
  virtual void on_thumbnail(ThumbnailReady thumbnail) = 0;
  virtual void on_streaming_failed(Error error) = 0;
  // The origin refuses the URLs (403); answered by replace() or by giving up.
  virtual void on_url_refused(const Error& error) = 0;
};

}  // namespace playhead
