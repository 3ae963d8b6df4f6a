// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_backend.h"

#include <utility>

#include "decode/codec_context.h"
#include "decode/codec_names.h"
#include "decode/ffmpeg_audio_decoder.h"
#include "decode/ffmpeg_caption_decoder.h"
#include "decode/ffmpeg_demuxer.h"
#include "decode/ffmpeg_video_decoder.h"

namespace playhead {

namespace {

Result<void> check_stream(const StreamInfo& stream) {
  if (!find_decoder(stream)) return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  if (stream.timescale <= 0) return make_error(ErrorCode::kInvalidArgument, "timescale");
  return {};
}

bool is_valid(const AudioFormat& format) {
  return format.sample_rate >= 8'000 && format.sample_rate <= 192'000 && format.channels >= 1 &&
         format.channels <= 8;
}

}  // namespace

FfmpegBackend::FfmpegBackend() {
  if (av_log_get_level() == AV_LOG_INFO) av_log_set_level(AV_LOG_QUIET);
}

std::unique_ptr<SegmentDemuxer> FfmpegBackend::open_demuxer(DemuxerInput input, Executor& executor,
                                                            DemuxerCallbacks callbacks) {
  return std::make_unique<FfmpegDemuxer>(pool_, executor, input.protection, std::move(callbacks));
}

Result<std::unique_ptr<VideoDecoder>> FfmpegBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
    VideoDecoderCallbacks callbacks) {
  if (auto checked = check_stream(stream); !checked) return std::move(checked).error();
  return std::unique_ptr<VideoDecoder>(std::make_unique<FfmpegVideoDecoder>(
      pool_, stream, std::move(decryptor), executor, std::move(callbacks)));
}

Result<std::unique_ptr<AudioDecoder>> FfmpegBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  if (auto checked = check_stream(stream); !checked) return std::move(checked).error();
  if (!is_valid(output)) return make_error(ErrorCode::kInvalidArgument, "audio output format");
  EncodedSound sound{stream, output, std::move(decryptor)};
  return std::unique_ptr<AudioDecoder>(std::make_unique<FfmpegAudioDecoder>(
      pool_, std::move(sound), executor, std::move(callbacks)));
}

Result<std::unique_ptr<CaptionDecoder>> FfmpegBackend::open_caption_decoder() {
  return FfmpegCaptionDecoder::open();
}

bool FfmpegBackend::supports(const std::string& rfc6381_codec) const {
  const std::string_view name = codec_name_of(rfc6381_codec);
  if (name.empty()) return true;
  StreamInfo stream;
  stream.codec = name;
  return find_decoder(stream) != nullptr;
}

}  // namespace playhead
