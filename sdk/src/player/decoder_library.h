// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "playhead/media_backend.h"

namespace playhead {

// Decoders in a shared library of their own, so that apps which only browse, download or report
// start without them. It is looked for beside the library (or program) this code is in, under
// file_name(), and loaded when something is first asked of it; then it stays. It has to be of the
// same version: both are one program in two files. Without it every demuxer and decoder ends with
// kCodecUnsupported, which says why. Any thread.
class DecoderLibrary final : public MediaBackend {
 public:
  // `folder` empty: beside this code.
  explicit DecoderLibrary(std::string folder = {}) : folder_(std::move(folder)) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override;
  // What cannot be loaded supports all: its decoders tell why not.
  [[nodiscard]] bool supports(const std::string& rfc6381_codec) const override;

  [[nodiscard]] static std::string file_name();

 private:
  // Loads it at the first call.
  [[nodiscard]] const Result<std::shared_ptr<MediaBackend>>& backend() const;

  const std::string folder_;
  mutable std::once_flag loaded_;
  mutable Result<std::shared_ptr<MediaBackend>> backend_ = std::shared_ptr<MediaBackend>();
};

// What the library exports by that name: a backend for who is of `version`, else null. The caller
// owns it.
inline constexpr const char* kDecoderEntry = "playhead_make_decoders";
using DecoderEntry = MediaBackend* (*)(const char* version);

}  // namespace playhead
