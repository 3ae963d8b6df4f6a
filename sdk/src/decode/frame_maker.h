// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "decode/ffmpeg_handles.h"
#include "playhead/media.h"
#include "playhead/result.h"

// Included by this module's .cpp files only.
namespace playhead {

// Turns decoded AVFrames into VideoFrames: I420 and NV12 of limited range are passed on without a
// copy, anything else (10 bit, 4:2:2, full range …) is converted to I420. One worker.
class FrameMaker {
 public:
  // `on_release` runs once, on any thread, when the last owner of the picture is gone; also when
  // an error is returned. Times and duration of the result are the caller's to set.
  Result<VideoFrame> make(FfmpegPtr<AVFrame> decoded, std::function<void()> on_release);

 private:
  Result<FfmpegPtr<AVFrame>> convert(const AVFrame& decoded);

  FfmpegPtr<SwsContext> scaler_;
};

}  // namespace playhead
