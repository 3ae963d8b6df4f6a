// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "playhead/media_backend.h"
#include "playhead/sinks.h"
#include "recorder/fields.h"
#include "sim/replay/script.h"

// Demuxers, decoders and sinks of a session that is played again: what comes out of them came out
// then. Samples have their size and no content.
namespace playhead::replay {

class ReplayBackend final : public MediaBackend {
 public:
  explicit ReplayBackend(Script& script);

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  // A real one: what it makes of the recorded pairs is what it made of them then.
  Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() override;
  [[nodiscard]] bool has_secure_decoder(TrackKind kind) const override;
  [[nodiscard]] bool supports(const std::string& rfc6381_codec) const override;

  // A step of one of them. False: nobody waits for it.
  bool run(char kind, recorder::FieldReader& in);

  // Who is alive, by number.
  struct Alive {
    std::map<uint64_t, std::shared_ptr<DemuxerCallbacks>> demuxers;
    std::map<uint64_t, std::shared_ptr<VideoDecoderCallbacks>> video;
    std::map<uint64_t, std::shared_ptr<AudioDecoderCallbacks>> audio;
  };

 private:
  bool run_demuxer(char kind, DemuxerCallbacks& callbacks, recorder::FieldReader& in);
  bool run_video(char kind, VideoDecoderCallbacks& callbacks, recorder::FieldReader& in);
  bool run_audio(char kind, AudioDecoderCallbacks& callbacks, recorder::FieldReader& in);
  std::vector<StreamInfo> read_streams(recorder::FieldReader& in) const;
  std::vector<EncodedSample> read_samples(recorder::FieldReader& in) const;
  // Zeros.
  [[nodiscard]] SharedBytes blank(std::size_t size) const;

  Script& script_;
  [[nodiscard]] bool ask_once(const std::string& question, bool otherwise) const;
  mutable std::map<std::string, bool> known_;  // what was asked
  const std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
  const std::shared_ptr<const std::vector<uint8_t>> zeros_;
};

[[nodiscard]] Sinks replay_sinks(Script& script, int player, bool has_video, bool has_audio);

}  // namespace playhead::replay
