// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/sim_media.h"
#include "support/web.h"

namespace playhead::test {

// A make-believe title of one media playlist whose segments hold pictures and sound, or claim to.
struct MuxedTitle {
  std::string base_url = "http://cdn.test/muxed/";
  int segments = 30;
  int64_t segment_us = 4'000'000;
  int64_t bps = 900'000;
  bool has_video = true;
  bool declares_audio = true;
  // Where on the timeline there is sound, [from, to) in microseconds.
  std::vector<std::pair<int64_t, int64_t>> sound;

  [[nodiscard]] std::string url() const { return base_url + "list.m3u8"; }
  [[nodiscard]] int64_t duration_us() const { return segments * segment_us; }
  // The answer to a request for this title; nothing for any other.
  [[nodiscard]] std::optional<WebAnswer> answer(const WebRequest& request) const;
};

// Understands the segments of both kinds of simulated titles. Of a muxed one the pictures come out
// with the first bytes and the sound with the last, as badly interleaved files have it.
class MuxedBackend final : public MediaBackend {
 public:
  // `sound_delay`: what the decoder of sound takes.
  explicit MuxedBackend(Duration sound_delay = Duration{0}) : sound_delay_(sound_delay) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override {
    return inner_.open_video_decoder(stream, std::move(decryptor), executor, std::move(callbacks));
  }
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  [[nodiscard]] bool supports(const std::string&) const override { return true; }

 private:
  SimBackend inner_;
  const Duration sound_delay_;
};

}  // namespace playhead::test
