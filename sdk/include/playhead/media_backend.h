// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/cues.h"
#include "playhead/encryption.h"
#include "playhead/executor.h"
#include "playhead/export.h"
#include "playhead/media.h"
#include "playhead/result.h"

// The jobs the engine leaves to a codec library. Built in: FFmpeg (sdk/src/decode).
// Simulation supplies one that makes up samples and frames without decoding. All three kinds of
// object: created, called and destroyed on the executor's thread, which they never block; callbacks
// run on that executor, none after destruction, none inside a call.
namespace playhead {

class SampleDecryptor;  // playhead/drm/drm_system.h
// What a playlist says of the encryption of a segment's samples (HLS, KEYFORMAT "identity").
struct SegmentProtection {
  KeyId kid{};    // of the key in force; takes the place of what the container calls its keys
  CipherIv iv{};  // of MPEG-TS and packed audio, and of MP4 that has no vector of its own
  friend bool operator==(const SegmentProtection&, const SegmentProtection&) = default;
};

// What a segment is said to be.
struct DemuxerInput {
  // Implicit: what is clear, or says itself how it is encrypted, is a container and nothing else.
  DemuxerInput(Container is_said_to_be) : container(is_said_to_be) {}
  DemuxerInput(Container is_said_to_be, std::optional<SegmentProtection> by_playlist)
      : container(is_said_to_be), protection(by_playlist) {}

  Container container;
  std::optional<SegmentProtection> protection;
};

struct DemuxerCallbacks {
  // Once, when the streams are known and before any sample.
  UniqueFunction<void(std::vector<StreamInfo>)> on_streams;
  // Samples in container order, in batches, as soon as their bytes are there.
  UniqueFunction<void(std::vector<EncodedSample>)> on_samples;
  // ID3 tags, as they are found: maybe before on_streams. May be empty: nobody wants them.
  UniqueFunction<void(MetadataSample)> on_metadata;
  // Keys that are going to be wanted, each time the container names others: in front of the samples
  // they are for. May be empty: nobody wants to know.
  UniqueFunction<void(MediaProtection)> on_protection = {};
  // Once, last: everything of the segment was delivered, or why not (kContainerSyntax,
  // kContainerUnsupported, kDrmSample, kDrmInitData, kDrmNoSystem for a scheme of encryption that
  // is not known, and for MPEG-TS with encrypted streams of which DemuxerInput says nothing).
  // Samples before the damage have been delivered.
  UniqueFunction<void(Result<void>)> on_end;
};

// Takes apart one segment while its bytes arrive.
class SegmentDemuxer {
 public:
  virtual ~SegmentDemuxer() = default;
  // Bytes in order: first the InitSegment (if any), then the segment.
  virtual void append(SharedBytes bytes) = 0;
  // No more bytes will come.
  virtual void finish() = 0;
};

struct VideoDecoderCallbacks {
  // In presentation order; `time` is the sample's pts_us given to decode().
  UniqueFunction<void(VideoFrame)> on_frame;
  // The decoder took a sample and has room for more.
  UniqueFunction<void()> on_room;
  // Everything given before drain() has come out.
  UniqueFunction<void()> on_drained;
  // Recoverable: the sample is skipped; fatal: the decoder is unusable. kDecodeFailed; of encrypted
  // samples kDrmSample (recoverable), kDrmNoSystem (there is no decryptor), kDrmNoKey, kDrmExpired,
  // kDrmOutputRestricted, kDrmModule (the DRM system fails), kDrmWrongKey (what comes of the first
  // ones is no media): fatal.
  UniqueFunction<void(Error)> on_error;
  // Closed captions that a picture carries whose sample was encrypted, so that nobody could read
  // them before; in presentation order: cc_data_pkt() of CTA-708 §4.3, 3 bytes each. May be empty:
  // nobody wants them.
  UniqueFunction<void(MediaTime, SharedBytes)> on_captions = {};
  // At drain(), in place of on_frame: a picture whose key nothing has proven to be the right one,
  // as too little has come of it so far. What comes later may prove it; that nothing came of all
  // there was is then no failure of the decoder. May be empty: such pictures are given out at
  // drain(), for nothing more is going to tell.
  UniqueFunction<void(MediaTime)> on_doubtful = {};
};

class VideoDecoder {
 public:
  virtual ~VideoDecoder() = default;
  // How many samples decode() accepts now without growing its queue past its bound.
  [[nodiscard]] virtual int room() const = 0;
  // `show` false: decode for reference only (pre-roll before a seek target), deliver no frame.
  virtual void decode(const EncodedSample& sample, MediaTime time, bool show) = 0;
  virtual void drain() = 0;
  // Forgets everything queued; frames of earlier samples no longer come out.
  virtual void flush() = 0;
};

struct AudioDecoderCallbacks {
  UniqueFunction<void(AudioChunk)> on_chunk;
  UniqueFunction<void()> on_room;
  UniqueFunction<void()> on_drained;
  UniqueFunction<void(Error)> on_error;  // as of VideoDecoderCallbacks
};

// Decodes, resamples to the sink's format and stretches to the playback speed with pitch kept.
class AudioDecoder {
 public:
  virtual ~AudioDecoder() = default;
  [[nodiscard]] virtual int room() const = 0;
  virtual void decode(const EncodedSample& sample, MediaTime time) = 0;
  // Applies to samples decoded from here on. 0.5..2.
  virtual void set_speed(double speed) = 0;
  virtual void drain() = 0;
  virtual void flush() = 0;
};

// What a CEA-608 decoder shows from `time` on, until the next screen: a cue for each row, at its
// place, ends not known (MediaTime::max()). No rows: nothing.
struct CaptionScreen {
  MediaTime time;
  std::vector<Cue> rows;  // top to bottom
};

// CEA-608 captions of one channel to cues. Cheap enough for the calling thread.
class CaptionDecoder {
 public:
  virtual ~CaptionDecoder() = default;
  // The byte pairs of one picture, two bytes each with parity, those of field 1 and channel 1 only;
  // none is fine. Times ascend. Answers the screen when it changes.
  [[nodiscard]] virtual std::optional<CaptionScreen> decode(MediaTime time, ByteView pairs) = 0;
  // Forgets everything: a seek, another channel. The screen is empty then.
  virtual void flush() = 0;
};

class MediaBackend {
 public:
  virtual ~MediaBackend() = default;

  virtual std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                                       DemuxerCallbacks callbacks) = 0;
  // `decryptor` opens encrypted samples where they are decoded; null: there are none.
  // Errors: kCodecUnsupported.
  virtual Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) = 0;
  virtual Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) = 0;

  // Path B: whether decoders of that kind of track open samples by themselves that the decryptor
  // says need a secure decoder (SampleDecryptor::needs_secure_decoder()). They get them as they lie
  // in the container, with their CryptoInfo, and tell of what the DRM system cannot open for good
  // by kDrmModule (fatal). Without, systems that decrypt nothing themselves are not asked.
  [[nodiscard]] virtual bool has_secure_decoder(TrackKind kind) const {
    (void)kind;
    return false;
  }

  // Errors: kCodecUnsupported (closed captions are not shown then), kOutOfMemory.
  virtual Result<std::unique_ptr<CaptionDecoder>> open_caption_decoder() {
    return make_error(ErrorCode::kCodecUnsupported, "there is no decoder of closed captions");
  }

  // Whether an RFC 6381 codec string ("avc1.64001f", "mp4a.40.2") can be decoded. Unknown strings
  // and "" answer true: the demuxer will tell.
  [[nodiscard]] virtual bool supports(const std::string& rfc6381_codec) const = 0;
};

// What a client has whose app brings no backend: FFmpeg, linked in or in a library of its own that is
// loaded when the first title is opened. For apps that add decoders of their own to it and leave
// containers, and what they do not decode, to it.
[[nodiscard]] PLAYHEAD_API std::shared_ptr<MediaBackend> make_default_backend();

}  // namespace playhead
