// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "playhead/media_backend.h"
#include "support/web.h"

// Make-believe media that says of every sample what it is, so that what comes out at the screen and
// the loudspeaker can be told to be the right thing at the right time. Sizes are true; bytes are
// not made: samples and pictures are places on one sheet of memory, and the place is the identity.
namespace playhead::swarm {

// What a segment begins with; its other bytes are filler.
struct SegmentHeader {
  char magic[8] = {'P', 'H', 'S', 'W', 'A', 'R', 'M', '1'};
  int64_t container_start_us = 0;
  int64_t sample_us = 0;
  int64_t first_index = 0;  // content: presentation time of the first sample / sample_us
  int64_t bytes = 0;
  int64_t muxed_sample_us = 0;
  int64_t first_muxed_index = 0;
  int32_t samples = 0;
  int32_t samples_per_gop = 1;
  int32_t muxed_samples = 0;
  int32_t choice = 0;  // which Representation or language
  int32_t part = 0;    // of the title; another one, another decoder
  int32_t is_video = 1;
  int32_t damaged_sample = -1;
  int32_t first_in_gop = 0;  // parts: frames since the segment's beginning
  // As the magic at its beginning: what was put together from two bodies is no header.
  char end[4] = {'E', 'N', 'D', '!'};
};
inline constexpr int64_t kHeaderBytes = 128;
static_assert(sizeof(SegmentHeader) <= static_cast<std::size_t>(kHeaderBytes));

[[nodiscard]] test::WebAnswer make_segment(const SegmentHeader& header);
// The same with that sample damaged (counted from the first, modulo their number).
void damage(test::WebAnswer& segment, int64_t sample);

// What a sample, picture or stretch of sound is.
struct ContentId {
  int64_t index = 0;  // modulo kIndexes
  int choice = 0;     // modulo 8
  bool is_damaged = false;
};
inline constexpr int64_t kIndexes = int64_t{1} << 18;

// Of a picture made here; nothing for others.
[[nodiscard]] std::optional<ContentId> content_of(const VideoFrame& frame);
// Of sound made here; nothing for silence.
[[nodiscard]] std::optional<int64_t> sound_index(float sample);

// What is wrong with codecs now, and what is noticed about their use. One for a session.
struct MediaTroubles {
  int bad_samples = 0;  // so many of the next samples cannot be decoded
  int deaths = 0;       // so many decoders fail for good at their next sample
  Duration decode_delay{0};
  Duration demux_delay{0};
  int alive = 0;                               // demuxers and decoders
  int64_t damaged_seen = 0;                    // damaged samples that reached a decoder
  std::function<void(std::string)> on_misuse;  // the contract of codecs was broken
};

class SwarmBackend final : public MediaBackend {
 public:
  explicit SwarmBackend(std::shared_ptr<MediaTroubles> troubles) : troubles_(std::move(troubles)) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  [[nodiscard]] bool supports(const std::string&) const override { return true; }

 private:
  std::shared_ptr<MediaTroubles> troubles_;
};

}  // namespace playhead::swarm
