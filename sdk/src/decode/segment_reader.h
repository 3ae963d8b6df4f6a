// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "decode/byte_stream.h"
#include "decode/container_sniffer.h"
#include "decode/sample_blocks.h"
#include "decode/segment_input.h"
#include "playhead/media.h"
#include "playhead/media_backend.h"
#include "playhead/result.h"
#include "playhead/unique_function.h"

struct AVFormatContext;
struct AVIOContext;
struct AVPacket;
struct AVStream;

namespace playhead {

struct SegmentReaderCallbacks {
  UniqueFunction<void(std::vector<StreamInfo>)> on_streams;
  UniqueFunction<void(std::vector<EncodedSample>)> on_samples;
  UniqueFunction<void(MetadataSample)> on_metadata;
  UniqueFunction<void(MediaProtection)> on_protection;
};

// Runs libavformat over one segment on a worker; sleeps while the stream has no bytes. No URL is
// ever opened: one named demuxer reads one byte stream that cannot seek.
class SegmentReader {
 public:
  // `protection`: what the playlist says of encryption.
  SegmentReader(ByteStream& stream, std::optional<SegmentProtection> protection,
                SegmentReaderCallbacks callbacks);
  ~SegmentReader();

  // Returns when the segment is over. Callbacks run in here.
  Result<void> run();

 private:
  struct Track {
    bool is_wanted = false;
    // Where a sample without times goes: the last known time and what has followed since.
    bool has_times = false;
    int64_t last_dts = 0;
    int64_t ticks_since = 0;
    int64_t adts_samples_since = 0;
  };
  // In container ticks, before they are brought into EncodedSample's form.
  struct Times {
    int64_t pts = 0;
    int64_t dts = 0;
    int64_t duration = 0;
  };

  Result<void> recognise();
  Result<void> open();
  Result<void> read_packets();
  Result<void> finish(int last_error);
  Result<void> add(const AVPacket& packet);
  void report_metadata(int64_t pts_ticks, ByteView tag);
  void report_streams(const AVPacket& first);
  std::optional<Times> find_times(const AVPacket& packet, const AVStream& stream);
  Result<void> find_webm_keys();
  Result<ByteView> set_crypto(EncodedSample& sample, const AVPacket& packet,
                              const AVStream& stream);
  // Of MPEG-TS and packed audio.
  Result<std::shared_ptr<const CryptoInfo>> sample_aes_of(const AVStream& stream);
  bool set_times(EncodedSample& sample, const AVPacket& packet, const AVStream& stream);
  [[nodiscard]] bool is_cut_off(const AVPacket& packet) const;
  void flush();

  static int read_bytes(void* self, uint8_t* out, int size);

  ByteStream& stream_;
  SegmentReaderCallbacks callbacks_;
  SegmentInput input_;
  SegmentFormat format_ = SegmentFormat::kUnknown;
  int64_t packed_start_ticks_ = 0;  // 90 kHz
  struct Libav;
  std::unique_ptr<Libav> libav_;
  std::map<int, KeyId> webm_keys_;  // of encrypted streams, by index
  const std::optional<SegmentProtection> protection_;
  std::map<int, std::shared_ptr<const CryptoInfo>> sample_aes_;  // of encrypted streams, by index
  std::vector<Track> tracks_;  // by stream index; empty until the streams are reported
  SampleBlocks blocks_;
  std::vector<EncodedSample> batch_;
  std::size_t batch_limit_ = 1;
  bool has_samples_ = false;
  bool is_damaged_ = false;
};

}  // namespace playhead
