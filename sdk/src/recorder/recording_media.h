// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>

#include "playhead/media_backend.h"
#include "recorder/recording_executor.h"

namespace playhead::recorder {

// Notes what demuxers and decoders are given and what comes out of them: times and sizes.
class RecordingBackend final : public MediaBackend {
 public:
  RecordingBackend(std::shared_ptr<MediaBackend> inner, std::shared_ptr<RecordingExecutor> executor)
      : inner_(std::move(inner)), executor_(std::move(executor)) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  // Works out what it is given, at once: nothing of it is noted.
  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override {
    return inner_->open_caption_decoder();
  }
  [[nodiscard]] bool has_secure_decoder(TrackKind kind) const override;
  [[nodiscard]] bool supports(const std::string& rfc6381_codec) const override;

 private:
  const std::shared_ptr<MediaBackend> inner_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

// How a stream is told of, where it is opened.
[[nodiscard]] std::string describe(const StreamInfo& stream);

}  // namespace playhead::recorder
