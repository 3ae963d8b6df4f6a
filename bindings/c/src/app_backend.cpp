// SPDX-License-Identifier: Apache-2.0
#include "app_backend.h"

#include <utility>

#include "app_sound_decoder.h"
#include "guard.h"

namespace playhead::capi {
namespace {

class AppVideoDecoder final : public VideoDecoder {
 public:
  explicit AppVideoDecoder(std::shared_ptr<DecoderPort> port) : port_(std::move(port)) {}
  ~AppVideoDecoder() override { port_->close(); }

  [[nodiscard]] int room() const override { return port_->room(); }
  void decode(const EncodedSample& sample, MediaTime time, bool show) override {
    port_->decode(sample, time, show);
  }
  void drain() override { port_->drain(); }
  void flush() override { port_->flush(); }

 private:
  const std::shared_ptr<DecoderPort> port_;
};

class AppBackend final : public MediaBackend {
 public:
  AppBackend(Decoders table, std::shared_ptr<MediaBackend> built_in, std::shared_ptr<LogSink> log)
      : table_(std::move(table)), built_in_(std::move(built_in)), log_(std::move(log)) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override {
    return built_in_->open_demuxer(std::move(input), executor, std::move(callbacks));
  }

  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override {
    const auto port = std::make_shared<DecoderPort>(table_, stream, decryptor, executor, log_);
    DecoderOutput output;
    // What the app decodes has no captions, and nothing of it is in doubt.
    output.on_frame = std::move(callbacks.on_frame);
    output.on_room = std::move(callbacks.on_room);
    output.on_drained = std::move(callbacks.on_drained);
    output.on_error = std::move(callbacks.on_error);
    if (port->open(output)) {
      return std::unique_ptr<VideoDecoder>(std::make_unique<AppVideoDecoder>(port));
    }
    callbacks.on_frame = std::move(output.on_frame);
    callbacks.on_room = std::move(output.on_room);
    callbacks.on_drained = std::move(output.on_drained);
    callbacks.on_error = std::move(output.on_error);
    return built_in_->open_video_decoder(stream, std::move(decryptor), executor,
                                         std::move(callbacks));
  }

  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override {
    auto port = std::make_shared<DecoderPort>(table_, stream, decryptor, executor, log_);
    auto opened = AppSoundDecoder::open(std::move(port), *built_in_, output, executor, callbacks);
    if (opened) return std::unique_ptr<AudioDecoder>(std::move(opened));
    return built_in_->open_audio_decoder(stream, output, std::move(decryptor), executor,
                                         std::move(callbacks));
  }

  [[nodiscard]] bool has_secure_decoder(TrackKind kind) const override {
    return ((*table_)->secure_tracks >> static_cast<unsigned>(kind) & 1U) != 0 ||
           built_in_->has_secure_decoder(kind);
  }

  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override {
    return built_in_->open_caption_decoder();
  }

  [[nodiscard]] bool supports(const std::string& codec) const override {
    const bool is_theirs =
        !codec.empty() && (*table_)->supports != nullptr &&
        ask_app(int32_t{0}, [&] { return (*table_)->supports((*table_)->user, codec.c_str()); }) == 1;
    return is_theirs || built_in_->supports(codec);
  }

 private:
  const Decoders table_;
  const std::shared_ptr<MediaBackend> built_in_;
  const std::shared_ptr<LogSink> log_;
};

}  // namespace

bool is_complete(const playhead_decoders& table) {
  constexpr uint32_t kTracks = 1U << PLAYHEAD_TRACK_VIDEO | 1U << PLAYHEAD_TRACK_AUDIO;
  return table.open != nullptr && table.decode != nullptr && table.drain != nullptr &&
         table.flush != nullptr && table.close != nullptr && (table.secure_tracks & ~kTracks) == 0 &&
         table.samples_at_once >= 0 && table.samples_at_once <= 64;
}

std::shared_ptr<MediaBackend> make_app_backend(Decoders table,
                                               std::shared_ptr<MediaBackend> built_in,
                                               std::shared_ptr<LogSink> log) {
  return std::make_shared<AppBackend>(std::move(table), std::move(built_in), std::move(log));
}

}  // namespace playhead::capi
