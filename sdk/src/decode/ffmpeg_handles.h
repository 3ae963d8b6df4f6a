// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/error.h"

// Included by this module's .cpp files only: FFmpeg's C objects with their owners.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace playhead {

struct FfmpegDeleter {
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVIOContext* p) const;
  void operator()(SwrContext* p) const { swr_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};

template <typename T>
using FfmpegPtr = std::unique_ptr<T, FfmpegDeleter>;

// FFmpeg's own words for one of its negative error numbers.
[[nodiscard]] std::string ffmpeg_error_text(int error);

// An Error with FFmpeg's number in `detail`: "<what>: <FFmpeg's words>".
[[nodiscard]] Error ffmpeg_error(ErrorCode code, const std::string& what, int error,
                                 Severity severity = Severity::kFatal);

}  // namespace playhead
