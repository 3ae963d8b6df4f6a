// SPDX-License-Identifier: Apache-2.0
#include "decode/frame_maker.h"

#include <utility>

extern "C" {
#include <libavutil/imgutils.h>
}

namespace playhead {

namespace {

bool is_direct(const AVFrame& frame) {
  const bool is_limited = frame.color_range != AVCOL_RANGE_JPEG;
  return is_limited && (frame.format == AV_PIX_FMT_YUV420P || frame.format == AV_PIX_FMT_NV12);
}

VideoFrame describe(const AVFrame& frame) {
  VideoFrame out;
  out.width = frame.width;
  out.height = frame.height;
  if (frame.sample_aspect_ratio.num > 0 && frame.sample_aspect_ratio.den > 0) {
    out.sar_num = frame.sample_aspect_ratio.num;
    out.sar_den = frame.sample_aspect_ratio.den;
  }
  out.format = frame.format == AV_PIX_FMT_NV12 ? PixelFormat::kNv12 : PixelFormat::kI420;
  const std::size_t planes = out.format == PixelFormat::kNv12 ? 2 : 3;
  for (std::size_t i = 0; i < planes; ++i) {
    out.planes.at(i) = frame.data[i];
    out.strides.at(i) = frame.linesize[i];
  }
  return out;
}

}  // namespace

Result<VideoFrame> FrameMaker::make(FfmpegPtr<AVFrame> decoded, std::function<void()> on_release) {
  // From here on the release is tied to the owner, whatever happens.
  const auto owner = std::shared_ptr<AVFrame>(decoded.release(),
                                              [release = std::move(on_release)](AVFrame* frame) {
                                                av_frame_free(&frame);
                                                release();
                                              });
  if (!is_direct(*owner)) {
    Result<FfmpegPtr<AVFrame>> converted = convert(*owner);
    if (!converted) return std::move(converted).error();
    av_frame_unref(owner.get());
    av_frame_move_ref(owner.get(), converted->get());
  }
  VideoFrame frame = describe(*owner);
  frame.owner = owner;
  return frame;
}

Result<FfmpegPtr<AVFrame>> FrameMaker::convert(const AVFrame& decoded) {
  const auto source_format = static_cast<AVPixelFormat>(decoded.format);
  scaler_.reset(sws_getCachedContext(scaler_.release(), decoded.width, decoded.height,
                                     source_format, decoded.width, decoded.height,
                                     AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!scaler_) return make_error(ErrorCode::kDecodeFailed, "the pixel format is not supported");
  const int* coefficients = sws_getCoefficients(decoded.colorspace);
  const int full_range = decoded.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
  // Range changes, the matrix stays as it is.
  sws_setColorspaceDetails(scaler_.get(), coefficients, full_range, coefficients, 0, 0, 1 << 16,
                           1 << 16);

  FfmpegPtr<AVFrame> out(av_frame_alloc());
  if (!out) return make_error(ErrorCode::kOutOfMemory, "picture");
  av_frame_copy_props(out.get(), &decoded);
  out->format = AV_PIX_FMT_YUV420P;
  out->color_range = AVCOL_RANGE_MPEG;
  out->width = decoded.width;
  out->height = decoded.height;
  if (av_frame_get_buffer(out.get(), 0) < 0) return make_error(ErrorCode::kOutOfMemory, "picture");
  const int error = sws_scale(scaler_.get(), decoded.data, decoded.linesize, 0, decoded.height,
                              out->data, out->linesize);
  if (error < 0) return ffmpeg_error(ErrorCode::kDecodeFailed, "pixel format conversion", error);
  return out;
}

}  // namespace playhead
