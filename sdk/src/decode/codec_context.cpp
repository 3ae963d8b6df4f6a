// SPDX-License-Identifier: Apache-2.0
#include "decode/codec_context.h"

#include <algorithm>
#include <cstring>
#include <limits>

extern "C" {
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
}

namespace playhead {

namespace {

// Pictures above this many pixels (1080p) are decoded by several threads; see README, "Measured".
constexpr int64_t kOneThreadPixels = int64_t{1920} * 1088;
constexpr int kThreadsForLargePictures = 4;

FfmpegPtr<AVCodecContext> allocate(const AVCodec& codec, const StreamInfo& stream,
                                   int reorder_frames) {
  FfmpegPtr<AVCodecContext> context(avcodec_alloc_context3(&codec));
  if (!context) return context;
  context->pkt_timebase = AVRational{1, 1'000'000};
  context->width = stream.width;
  context->height = stream.height;
  context->sample_rate = stream.sample_rate;
  if (stream.channels > 0) av_channel_layout_default(&context->ch_layout, stream.channels);
  context->has_b_frames = reorder_frames;
  const std::size_t config_bytes = stream.codec_config.size();
  if (config_bytes > 0 && config_bytes < std::numeric_limits<int>::max() / 2) {
    context->extradata =
        static_cast<uint8_t*>(av_mallocz(config_bytes + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!context->extradata) return nullptr;
    std::memcpy(context->extradata, stream.codec_config.data(), config_bytes);
    context->extradata_size = static_cast<int>(config_bytes);
  }
  return context;
}

void choose_threads(AVCodecContext& context, const StreamInfo& stream) {
  const bool is_large = int64_t{stream.width} * stream.height > kOneThreadPixels;
  context.thread_count = is_large ? kThreadsForLargePictures : 1;
  // dav1d keeps as many pictures back as it may have in flight.
  if (context.priv_data) av_opt_set_int(context.priv_data, "max_frame_delay", is_large ? 0 : 1, 0);
}

}  // namespace

const AVCodec* find_decoder(const StreamInfo& stream) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get_by_name(stream.codec.c_str());
  return descriptor ? avcodec_find_decoder(descriptor->id) : nullptr;
}

Result<FfmpegPtr<AVCodecContext>> open_decoder(const StreamInfo& stream, int reorder_frames,
                                               PictureMarks* marks) {
  const AVCodec* codec = find_decoder(stream);
  if (!codec) return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  FfmpegPtr<AVCodecContext> context = allocate(*codec, stream, reorder_frames);
  if (!context) return make_error(ErrorCode::kOutOfMemory, "decoder");
  choose_threads(*context, stream);
  if (marks) marks->attach(*context);
  const int error = avcodec_open2(context.get(), codec, nullptr);
  if (error < 0) return ffmpeg_error(ErrorCode::kDecodeFailed, stream.codec, error);
  return context;
}

bool fill_packet(AVPacket& packet, const EncodedSample& sample, MediaTime time) {
  const std::size_t size = sample.data.size();
  if (size > std::numeric_limits<int>::max() / 2) return false;
  if (av_new_packet(&packet, static_cast<int>(size)) < 0) return false;
  if (size > 0) std::memcpy(packet.data, sample.data.data(), size);
  packet.pts = time.us;
  if (sample.is_key_frame) packet.flags |= AV_PKT_FLAG_KEY;
  if (sample.skip_start_samples > 0 || sample.skip_end_samples > 0) {
    constexpr std::size_t kSkipBytes = 10;  // as AV_PKT_DATA_SKIP_SAMPLES is documented
    uint8_t* skips = av_packet_new_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, kSkipBytes);
    if (!skips) return false;
    std::memset(skips, 0, kSkipBytes);
    AV_WL32(skips, static_cast<uint32_t>(std::max(0, sample.skip_start_samples)));
    AV_WL32(skips + 4, static_cast<uint32_t>(std::max(0, sample.skip_end_samples)));
  }
  return true;
}

}  // namespace playhead
