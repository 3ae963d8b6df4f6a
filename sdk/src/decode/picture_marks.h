// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "decode/ffmpeg_handles.h"

namespace playhead {

// Tells whether a decoder has written all of a picture. Where a stream breaks off in the middle of
// one some decoders of FFmpeg (HEVC) leave the rest as it was in memory and say nothing. Pictures
// are filled with marks before they are decoded; one that is still there was not written. A mark
// depends on its address, so that copies, which prediction makes, are none. Any thread; outlives
// the decoder.
class PictureMarks {
 public:
  // Before the decoder is opened.
  void attach(AVCodecContext& context);
  // Whether pictures that are begun from now on are marked: costs about as much as copying them.
  void set_active(bool is_active) { is_active_ = is_active; }
  // No mark is left in it. Of pictures that were not marked: true.
  [[nodiscard]] static bool is_complete(const AVFrame& frame);

 private:
  static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags);

  std::atomic<bool> is_active_{false};
};

}  // namespace playhead
