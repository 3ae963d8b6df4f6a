// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "decode/worker_pool.h"
#include "playhead/media_backend.h"

namespace playhead {

// Demuxing and decoding by the FFmpeg libraries (5.1 to 8). Lives longer than everything it opened
// and than no callback of it: its destruction waits for the workers, which by then were all told to
// stop. All URLs are refused: bytes come through SegmentDemuxer::append only.
class FfmpegBackend final : public MediaBackend {
 public:
  // FFmpeg writes to stderr by default, through one process-wide level. If the host has not chosen
  // a level of its own (it is still FFmpeg's default), the first backend turns it off.
  FfmpegBackend();

  // What the container is, the bytes tell; what it is said to be is not looked at.
  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  // Errors: kCodecUnsupported, kInvalidArgument (`output` out of its range).
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;

  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override;

  [[nodiscard]] bool supports(const std::string& rfc6381_codec) const override;

 private:
  WorkerPool pool_;
};

}  // namespace playhead
