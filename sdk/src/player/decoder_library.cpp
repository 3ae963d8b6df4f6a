// SPDX-License-Identifier: Apache-2.0
#include "player/decoder_library.h"

#include <utility>

#include "base/companion_library.h"

namespace playhead {
namespace {

constexpr CompanionLibrary kDecoders{"the library of decoders", "playhead-decoders", kDecoderEntry,
                                     ErrorCode::kCodecUnsupported};

// Says why nothing is taken apart, once all of it is there or at once.
class NoDemuxer final : public SegmentDemuxer {
 public:
  NoDemuxer(Executor& executor, DemuxerCallbacks callbacks, Error why)
      : on_end_(std::move(callbacks.on_end)),
        told_(executor.post_at(executor.now(),
                               [this, why = std::move(why)] { on_end_(why); })) {}
  void append(SharedBytes) override {}
  void finish() override {}

 private:
  UniqueFunction<void(Result<void>)> on_end_;
  CancelHandle told_;
};

Result<std::shared_ptr<MediaBackend>> load(const std::string& folder) {
  PLAYHEAD_TRY(void* const entry, kDecoders.load(folder));
  MediaBackend* const made = reinterpret_cast<DecoderEntry>(entry)(PLAYHEAD_COMPANION_VERSION);
  if (made == nullptr) return kDecoders.other_version();
  return std::shared_ptr<MediaBackend>(made);
}

}  // namespace

std::string DecoderLibrary::file_name() { return kDecoders.file_name(); }

const Result<std::shared_ptr<MediaBackend>>& DecoderLibrary::backend() const {
  std::call_once(loaded_, [this] { backend_ = load(folder_); });
  return backend_;
}

std::unique_ptr<SegmentDemuxer> DecoderLibrary::open_demuxer(DemuxerInput input,
                                                             Executor& executor,
                                                             DemuxerCallbacks callbacks) {
  const auto& loaded = backend();
  if (loaded) return (*loaded)->open_demuxer(std::move(input), executor, std::move(callbacks));
  return std::make_unique<NoDemuxer>(executor, std::move(callbacks), loaded.error());
}

Result<std::unique_ptr<VideoDecoder>> DecoderLibrary::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
    VideoDecoderCallbacks callbacks) {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_video_decoder(stream, std::move(decryptor), executor,
                                       std::move(callbacks));
}

Result<std::unique_ptr<AudioDecoder>> DecoderLibrary::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_audio_decoder(stream, output, std::move(decryptor), executor,
                                       std::move(callbacks));
}

Result<std::unique_ptr<CaptionDecoder>> DecoderLibrary::open_caption_decoder() {
  const auto& loaded = backend();
  if (!loaded) return loaded.error();
  return (*loaded)->open_caption_decoder();
}

bool DecoderLibrary::supports(const std::string& rfc6381_codec) const {
  const auto& loaded = backend();
  return !loaded || (*loaded)->supports(rfc6381_codec);
}

}  // namespace playhead
