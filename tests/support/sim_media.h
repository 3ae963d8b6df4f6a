// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "playhead/error.h"
#include "playhead/media_backend.h"
#include "playhead/time.h"

// Make-believe media for simulations: segments whose bytes say what samples they hold, and a
// backend that understands them without decoding anything.
namespace playhead::test {

// What a simulated segment holds.
struct SimSegmentSpec {
  TrackKind kind = TrackKind::kVideo;
  int64_t start_us = 0;  // container time of the first sample
  int64_t duration_us = 4'000'000;
  int samples = 100;
  int samples_per_gop = 50;
  int64_t bytes = 100'000;      // whole body; samples are spread evenly over it
  std::string codec_config;     // another text, another decoder
  int first_key_frame = 0;      // samples before the first key frame
  int muxed_audio_samples = 0;  // sound beside the pictures, as a second stream
  int64_t last_duration_us = 0;  // that the last sample claims to last; 0: what it does
};

// What make-believe sound and pictures say of themselves: their container time. Of sound in whole
// milliseconds, modulo kSoundMarks; of pictures in VideoFrame::owner, whose planes are null.
inline constexpr int64_t kSoundMarks = (int64_t{1} << 20) - 1;
[[nodiscard]] inline float sound_mark(int64_t container_us) {
  return static_cast<float>(container_us / 1000 % kSoundMarks + 1) / float{1 << 20};
}
[[nodiscard]] inline int64_t content_ms_of(float mark) {
  return static_cast<int64_t>(mark * float{1 << 20}) - 1;
}

// The body of such a segment.
[[nodiscard]] std::string make_sim_segment(const SimSegmentSpec& spec);
// The body of an InitSegment: what is read behind it has `codec_config` in front of its own.
[[nodiscard]] std::string make_sim_init(const std::string& codec_config);
// One that is no good: nothing can be read behind it.
[[nodiscard]] std::string make_damaged_sim_init();

// What goes wrong with demuxing and decoding.
struct SimCodecTroubles {
  Duration demux_delay{0};  // from bytes to what they hold
  bool has_full_samples = false;  // they are as large as they say; else a few bytes
  // The sample with that number, counted from 1 for each decoder, cannot be decoded; 0 is none.
  int bad_video_sample = 0;
  int bad_audio_sample = 0;
  int bad_decoders = -1;   // in so many decoders of each kind, the first ones; -1: in all
  std::string bad_config;  // in those opened with this codec_config; empty: in all
  std::string unknown_config;  // what has this codec_config is of a codec nobody decodes
  int bad_in_a_row = 1;        // so many samples, 100 apart: pictures of as many segments of 4 s
  // Pictures of more bytes than that take 50 ms each and come out four at a time; 0: none.
  std::size_t slow_above_bytes = 0;
  Severity severity = Severity::kRecoverable;  // of that: fatal ends the decoder
  // From that picture of a decoder on it takes nothing and gives nothing; 0: never. Until it is
  // flushed, in the first decoder only, or in every one.
  int stuck_video_sample = 0;
  enum class StuckUntil : uint8_t { kFlush, kNewDecoder, kNever } stuck_until = StuckUntil::kFlush;
};

// Decodes at once, but asynchronously, on the executor it is given; as real decoders, pictures only
// from a key frame on, and none of before without one. Every codec but those that have "unheard-of"
// in their name.
class SimBackend final : public MediaBackend {
 public:
  explicit SimBackend(SimCodecTroubles troubles = {}) : troubles_(troubles) {}

  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override;
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override;
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override;
  [[nodiscard]] bool supports(const std::string& rfc6381_codec) const override;

 private:
  // Whether that decoder, counted from 1, meets the samples that cannot be decoded.
  [[nodiscard]] bool is_bad(const StreamInfo& stream, int decoder) const;
  SimCodecTroubles troubles_;
  int video_decoders_ = 0, audio_decoders_ = 0;
};

}  // namespace playhead::test
