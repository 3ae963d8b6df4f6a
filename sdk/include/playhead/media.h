// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/encryption.h"
#include "playhead/time.h"

namespace playhead {

// kImage: pictures to look at one by one (thumbnails); never played.
enum class TrackKind : uint8_t { kVideo, kAudio, kText, kImage };

enum class Container : uint8_t { kUnknown, kFmp4, kMpegTs, kPackedAudio, kWebVtt };

// What a demuxer found out about one elementary stream; all a decoder needs to start.
struct StreamInfo {
  TrackKind kind = TrackKind::kVideo;
  int stream_index = 0;           // within its container
  std::string codec;              // FFmpeg's short name: "h264", "hevc", "aac", …
  int64_t timescale = 1'000'000;  // ticks per second of the samples' times
  SharedBytes codec_config;       // avcC, AudioSpecificConfig …; may be empty (in-band)
  int width = 0, height = 0;      // pixels; 0 when not known before decoding
  int sample_rate = 0, channels = 0;
};

// One access unit as the container holds it, in container ticks (StreamInfo::timescale), edit list
// applied. MPEG-TS and packed audio: 90 kHz, modulo 2^33.
struct EncodedSample {
  TrackKind kind = TrackKind::kVideo;
  int stream_index = 0;
  int64_t pts_ticks = 0;
  int64_t dts_ticks = 0;
  int64_t duration_ticks = 0;  // 0 when unknown
  bool is_key_frame = false;
  // Audio: how many of the decoded samples, at the stream's rate, are not to be heard at the front
  // (encoder delay) and at the back (padding). The decoder leaves them out.
  int32_t skip_start_samples = 0;
  int32_t skip_end_samples = 0;
  SharedBytes data;
  // How `data` is encrypted; null: it is clear.
  std::shared_ptr<const CryptoInfo> crypto;
};

// What a segment holds beside pictures and sound: an ID3 tag (MPEG-TS, packed audio).
struct MetadataSample {
  int64_t pts_ticks = 0;  // 90 kHz, modulo 2^33
  SharedBytes data;
};

// What a container says of the keys of its encrypted samples, beside what a manifest says.
struct MediaProtection {
  std::vector<KeyId> kids;  // of all samples to come, as far as is known
  SharedBytes pssh;         // whole pssh boxes, may be several; may be empty
};

// kOpaque: there are no planes. The picture is VideoFrame::owner, of a decoder of the app's, whose sink
// knows what that is: a buffer of MediaCodec, a surface.
enum class PixelFormat : uint8_t { kI420, kNv12, kOpaque };

// A decoded picture; planes stay valid and unchanged as long as `owner` lives. Any thread may drop
// it.
struct VideoFrame {
  MediaTime time;             // when it is shown
  Duration duration{0};       // 0 when unknown
  int width = 0, height = 0;  // visible pixels
  // Pixel aspect ratio: width of a pixel over its height.
  int sar_num = 1, sar_den = 1;
  PixelFormat format = PixelFormat::kI420;
  std::array<const uint8_t*, 3> planes{};
  std::array<int, 3> strides{};  // bytes per row
  std::shared_ptr<const void> owner;
};

// Interleaved 32-bit float samples in [-1, 1].
struct AudioFormat {
  int sample_rate = 48'000;  // Hz, 8,000..192,000
  int channels = 2;          // 1..8
  friend bool operator==(const AudioFormat&, const AudioFormat&) = default;
};

// A piece of decoded, resampled and possibly time-stretched sound.
struct AudioChunk {
  MediaTime time;  // media time of its first sample
  // Media time it stands for: longer than its playing time when speed > 1.
  Duration media_duration{0};
  AudioFormat format;
  std::vector<float> samples;  // frames * channels
  [[nodiscard]] int64_t frames() const {
    return static_cast<int64_t>(samples.size()) / format.channels;
  }
};

}  // namespace playhead
