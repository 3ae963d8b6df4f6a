// SPDX-License-Identifier: Apache-2.0
#include "decode/segment_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/base64.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mathematics.h>
}

#include "container/webm_encryption.h"
#include "decode/ffmpeg_handles.h"
#include "decode/id3_timestamp.h"

namespace playhead {

namespace {

// libavformat's read buffer. Larger: fewer calls; nothing waits for it to fill.
constexpr int kReadBufferBytes = 32 * 1024;
// How much of an MPEG-TS libavformat scans for tables before it starts over and delivers: PAT and
// PMT are the first packets of a segment (RFC 8216 §3.2). Larger delays the first sample.
constexpr int64_t kTsProbeBytes = int64_t{188} * 8;
// Samples per delivery grow from 1 (the first frame is wanted at once) to this; a delivery costs
// the executor one task.
constexpr std::size_t kMaxBatchSamples = 64;
// An ID3 tag in front of packed audio; real ones are below 1 KB, cover art below 10 MB.
constexpr std::size_t kMaxId3Bytes = std::size_t{16} << 20;
// Larger ID3 tags are not handed on. Cover art fits; more would be held until it is played.
constexpr std::size_t kMaxMetadataBytes = std::size_t{1} << 20;
// RFC 8216 §3.4 and ISO/IEC 13818-1: packed audio and MPEG-TS count 90 kHz in 33 bits.
constexpr int kMpegTimescale = 90'000;
constexpr int64_t kMpegTimeMask = (int64_t{1} << 33) - 1;
// Times beyond that many ticks are damage: sums of a few others can be counted.
constexpr int64_t kFarthestTicks = int64_t{1} << 61;

bool is_countable(int64_t ticks) { return ticks >= -kFarthestTicks && ticks <= kFarthestTicks; }

const char* demuxer_name(SegmentFormat format) {
  switch (format) {
    case SegmentFormat::kFmp4:
      return "mov";
    case SegmentFormat::kMpegTs:
      return "mpegts";
    case SegmentFormat::kWebm:
      return "matroska";
    case SegmentFormat::kAdts:
      return "aac";
    case SegmentFormat::kMpegAudio:
      return "mp3";
    case SegmentFormat::kAc3:
      return "ac3";
    case SegmentFormat::kEac3:
      return "eac3";
    case SegmentFormat::kId3:
    case SegmentFormat::kUnknown:
      break;
  }
  return "";
}

bool is_packed(SegmentFormat format) {
  return format != SegmentFormat::kFmp4 && format != SegmentFormat::kMpegTs &&
         format != SegmentFormat::kWebm;
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

SharedBytes copy_bytes(const uint8_t* data, std::size_t size) {
  return SharedBytes(std::vector<uint8_t>(data, data + size));
}

// FFmpeg 5.1 takes the first five bytes of every such packet for the header of a metadata access
// unit (ISO/IEC 13818-1 §2.12.4), which Apple's streams do not have: that is the front of the tag.
// "Timed Metadata for HTTP Live Streaming" allows version 2.4 only.
std::vector<uint8_t> whole_tag(ByteView data) {
  constexpr std::array<uint8_t, 5> kFront{'I', 'D', '3', 4, 0};
  std::vector<uint8_t> tag(data.begin(), data.end());
  if (id3_tag_bytes(tag) > 0) return tag;
  tag.insert(tag.begin(), kFront.begin(), kFront.end());
  const std::size_t bytes = id3_tag_bytes(tag);
  if (bytes > tag.size()) tag.clear();
  return tag;
}

std::optional<TrackKind> track_kind(const AVStream& stream) {
  if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return {};
  switch (stream.codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
      return TrackKind::kVideo;
    case AVMEDIA_TYPE_AUDIO:
      return TrackKind::kAudio;
    case AVMEDIA_TYPE_SUBTITLE:
      return TrackKind::kText;
    default:
      return {};
  }
}

// FFmpeg calls what it does not know "none"; its tag in the container says more.
std::string name_of(const AVCodecParameters& codec) {
  if (codec.codec_id != AV_CODEC_ID_NONE) return avcodec_get_name(codec.codec_id);
  char tag[AV_FOURCC_MAX_STRING_SIZE] = {};
  return std::string("an unknown codec, tag ") + av_fourcc_make_string(tag, codec.codec_tag);
}

StreamInfo describe_stream(const AVStream& stream, TrackKind kind) {
  const AVCodecParameters& codec = *stream.codecpar;
  StreamInfo info;
  info.kind = kind;
  info.stream_index = stream.index;
  info.codec = name_of(codec);
  info.timescale = stream.time_base.den;
  info.width = codec.width;
  info.height = codec.height;
  info.sample_rate = codec.sample_rate;
  info.channels = codec.ch_layout.nb_channels;
  if (codec.extradata_size > 0) {
    info.codec_config = copy_bytes(codec.extradata, static_cast<std::size_t>(codec.extradata_size));
  }
  return info;
}

struct AdtsFacts {
  int64_t samples = 0;
  int rate = 0;
};

// libavformat does not tell the durations of ADTS frames before it has decoded some, and in MPEG-TS
// several of them share one time. ISO/IEC 13818-7 §6.2: 1024 samples per raw data block, at the
// rate of the header (right for HE-AAC too: 1024 samples of the core).
std::optional<AdtsFacts> read_adts(const AVPacket& packet) {
  constexpr std::array<int, 13> kRates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                       22'050, 16'000, 12'000, 11'025, 8'000,  7'350};
  if (packet.size < 7 || packet.data[0] != 0xff || (packet.data[1] & 0xf6) != 0xf0) return {};
  const std::size_t rate = packet.data[2] >> 2 & 0xf;
  if (rate >= kRates.size()) return {};
  return AdtsFacts{int64_t{1024} * ((packet.data[6] & 3) + 1), kRates.at(rate)};
}

void set_skips(EncodedSample& sample, const AVPacket& packet, const AVStream& stream) {
  if (sample.kind != TrackKind::kAudio) return;
  std::size_t size = 0;
  const uint8_t* skips = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (skips && size >= 8) {
    sample.skip_start_samples = static_cast<int32_t>(std::min(AV_RL32(skips), 0x7fffffffU));
    sample.skip_end_samples = static_cast<int32_t>(std::min(AV_RL32(skips + 4), 0x7fffffffU));
    return;
  }
  // In a fragment libavformat leaves what lies before the edit list's start in place; it is the
  // encoder's delay and not part of the presentation (ISO/IEC 14496-12 §8.6.6).
  const int rate = stream.codecpar->sample_rate;
  if (sample.pts_ticks < 0 && rate > 0) {
    const int64_t before = av_rescale_q(-sample.pts_ticks, stream.time_base, AVRational{1, rate});
    sample.skip_start_samples = static_cast<int32_t>(std::min<int64_t>(before, rate));
  }
}

}  // namespace

struct SegmentReader::Libav {
  FfmpegPtr<AVIOContext> io;
  FfmpegPtr<AVFormatContext> format;  // closed before io
};

SegmentReader::SegmentReader(ByteStream& stream, std::optional<SegmentProtection> protection,
                             SegmentReaderCallbacks callbacks)
    : stream_(stream),
      callbacks_(std::move(callbacks)),
      input_(
          stream, [this] { flush(); },
          [this](MediaProtection found) { callbacks_.on_protection(std::move(found)); }),
      libav_(std::make_unique<Libav>()),
      protection_(protection) {}

SegmentReader::~SegmentReader() = default;

Result<void> SegmentReader::run() {
  Result<void> result = recognise();
  if (result) result = open();
  if (result) result = read_packets();
  flush();
  return result;
}

Result<void> SegmentReader::recognise() {
  bool has_id3 = false;
  while (true) {
    const std::vector<uint8_t> head = input_.peek(kSniffBytes);
    if (head.empty()) return make_error(ErrorCode::kContainerSyntax, "the segment is empty");
    format_ = sniff_segment(head);
    if (format_ != SegmentFormat::kId3) break;
    const std::size_t tag_bytes = id3_tag_bytes(input_.peek(kId3HeaderBytes));
    if (tag_bytes == 0 || tag_bytes > kMaxId3Bytes) {
      return make_error(ErrorCode::kContainerSyntax, "the ID3 tag's length cannot be right");
    }
    if (!has_id3) {
      const std::vector<uint8_t> tag = input_.peek(tag_bytes);
      packed_start_ticks_ = id3_transport_timestamp(tag).value_or(0);
      report_metadata(packed_start_ticks_, tag);
    }
    has_id3 = true;
    input_.skip(tag_bytes);
  }
  if (protection_) input_.set_protection(*protection_);
  if (format_ == SegmentFormat::kUnknown && contains_ts_packets(input_.peek(kTsSearchBytes))) {
    format_ = SegmentFormat::kMpegTs;
    input_.set_framing(SegmentInput::Framing::kTsSearch);
  } else if (format_ == SegmentFormat::kFmp4) {
    input_.set_framing(SegmentInput::Framing::kBoxes);
  } else if (format_ == SegmentFormat::kMpegTs) {
    input_.set_framing(SegmentInput::Framing::kTsPackets);
  } else if (format_ == SegmentFormat::kAdts) {
    input_.set_framing(SegmentInput::Framing::kAdtsFrames);
  }
  if (format_ == SegmentFormat::kUnknown) {
    return make_error(ErrorCode::kContainerUnsupported,
                      "the segment begins like no fragmented MP4, MPEG-TS, WebM or packed audio");
  }
  return {};
}

Result<void> SegmentReader::open() {
  const AVInputFormat* demuxer = av_find_input_format(demuxer_name(format_));
  if (!demuxer) {
    return make_error(ErrorCode::kContainerUnsupported,
                      std::string("FFmpeg was built without ") + demuxer_name(format_));
  }
  auto* buffer = static_cast<unsigned char*>(av_malloc(kReadBufferBytes));
  libav_->io.reset(
      avio_alloc_context(buffer, kReadBufferBytes, 0, this, &read_bytes, nullptr, nullptr));
  AVFormatContext* context = avformat_alloc_context();
  if (!libav_->io || !context) return make_error(ErrorCode::kOutOfMemory, "demuxer");
  context->pb = libav_->io.get();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = &refuse_to_open;
  context->correct_ts_overflow = 0;  // 33-bit times as they are: the engine knows where it is
  context->probesize = kTsProbeBytes;

  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "", 0);
  if (format_ == SegmentFormat::kMpegTs) av_dict_set(&options, "merge_pmt_versions", "1", 0);
  const int error = avformat_open_input(&context, "", demuxer, &options);  // frees it if it fails
  av_dict_free(&options);
  libav_->format.reset(context);
  if (input_.error()) return *input_.error();
  if (error >= 0) {
    Result<void> found = find_webm_keys();
    // Parsers take encrypted bytes for headers.
    if (input_.is_protected() || !webm_keys_.empty()) context->flags |= AVFMT_FLAG_NOPARSE;
    return found;
  }
  if (format_ == SegmentFormat::kFmp4 && !input_.has_moov()) {
    return make_error(ErrorCode::kContainerSyntax, "there is no moov box: no init segment", error);
  }
  return ffmpeg_error(ErrorCode::kContainerSyntax, "the segment's header", error);
}

Result<void> SegmentReader::read_packets() {
  const FfmpegPtr<AVPacket> packet(av_packet_alloc());
  while (true) {
    const int error = av_read_frame(libav_->format.get(), packet.get());
    if (error < 0) return finish(error);
    Result<void> added = add(*packet);
    av_packet_unref(packet.get());
    if (!added) return added;
  }
}

Result<void> SegmentReader::finish(int last_error) {
  if (input_.error()) return *input_.error();
  if (stream_.truncated()) {
    return make_error(ErrorCode::kContainerSyntax, "the segment is larger than 256 MiB");
  }
  const bool is_read_up = stream_.ended() && stream_.unread() == 0;
  if (is_damaged_ || (input_.is_cut_short() && (is_read_up || last_error == AVERROR_EOF))) {
    return make_error(ErrorCode::kContainerSyntax, "the segment ends in the middle", last_error);
  }
  if (last_error != AVERROR_EOF) {
    return ffmpeg_error(ErrorCode::kContainerSyntax, "the segment's samples", last_error);
  }
  if (!has_samples_) return make_error(ErrorCode::kContainerSyntax, "the segment has no samples");
  return {};
}

Result<void> SegmentReader::add(const AVPacket& packet) {
  if (packet.size <= 0) return {};
  if (is_cut_off(packet)) {
    is_damaged_ = true;
    return {};
  }
  if (av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr)) {
    return make_error(ErrorCode::kDrmNoSystem,
                      "the segment's samples are encrypted in a way that is not known");
  }
  if (tracks_.empty()) report_streams(packet);
  const auto index = static_cast<std::size_t>(packet.stream_index);
  const unsigned streams = libav_->format->nb_streams;
  if (index < streams &&
      libav_->format->streams[index]->codecpar->codec_id == AV_CODEC_ID_TIMED_ID3) {
    const auto tag = whole_tag({packet.data, static_cast<std::size_t>(packet.size)});
    if (packet.pts != AV_NOPTS_VALUE) report_metadata(packet.pts & kMpegTimeMask, tag);
    return {};
  }
  if (index >= tracks_.size() || !tracks_[index].is_wanted) return {};

  const AVStream& stream = *libav_->format->streams[index];
  EncodedSample sample;
  sample.kind = *track_kind(stream);
  sample.stream_index = packet.stream_index;
  sample.is_key_frame = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (!set_times(sample, packet, stream)) return {};
  set_skips(sample, packet, stream);
  PLAYHEAD_TRY(const ByteView data, set_crypto(sample, packet, stream));
  sample.data = blocks_.put(data);
  batch_.push_back(std::move(sample));
  has_samples_ = true;
  if (batch_.size() >= batch_limit_) {
    flush();
    batch_limit_ = std::min(batch_limit_ * 2, kMaxBatchSamples);
  }
  return {};
}

// libavformat tells ContentEncKeyID and leaves the frames as they are.
Result<void> SegmentReader::find_webm_keys() {
  if (format_ != SegmentFormat::kWebm) return {};
  MediaProtection protection;
  for (unsigned i = 0; i < libav_->format->nb_streams; ++i) {
    const AVStream& stream = *libav_->format->streams[i];
    const AVDictionaryEntry* text = av_dict_get(stream.metadata, "enc_key_id", nullptr, 0);
    if (!text) continue;
    std::array<uint8_t, 64> id{};
    KeyId kid{};
    const int size = av_base64_decode(id.data(), text->value, static_cast<int>(id.size()));
    if (size != static_cast<int>(kid.size())) {
      return make_error(ErrorCode::kContainerUnsupported,
                        "a WebM key id that is not 16 bytes long");
    }
    std::copy_n(id.begin(), kid.size(), kid.begin());
    webm_keys_[stream.index] = kid;
    const auto& kids = protection.kids;
    if (std::find(kids.begin(), kids.end(), kid) == kids.end()) protection.kids.push_back(kid);
  }
  if (!protection.kids.empty()) callbacks_.on_protection(std::move(protection));
  return {};
}

// Answers the sample's bytes: without what WebM puts in front of them.
Result<ByteView> SegmentReader::set_crypto(EncodedSample& sample, const AVPacket& packet,
                                           const AVStream& stream) {
  const ByteView data(packet.data, static_cast<std::size_t>(packet.size));
  if (format_ == SegmentFormat::kFmp4 && input_.is_protected()) {
    PLAYHEAD_TRY(sample.crypto, input_.take_crypto(stream.id, packet.pos));
  }
  if (format_ == SegmentFormat::kMpegTs || is_packed(format_)) {
    PLAYHEAD_TRY(sample.crypto, sample_aes_of(stream));
  }
  const auto key = webm_keys_.find(stream.index);
  if (key == webm_keys_.end()) return data;
  PLAYHEAD_TRY(WebmFrame frame, parse_webm_frame(data, key->second));
  sample.crypto = std::move(frame.crypto);
  return data.subspan(frame.header_bytes);
}

// "MPEG-2 Stream Encryption Format for HTTP Live Streaming": of MPEG-TS the PMT says which streams
// are encrypted, of packed audio the playlist alone.
Result<std::shared_ptr<const CryptoInfo>> SegmentReader::sample_aes_of(const AVStream& stream) {
  const bool is_ts = format_ == SegmentFormat::kMpegTs;
  const bool is_encrypted = is_ts ? input_.is_encrypted_pid(stream.id) : protection_.has_value();
  if (!is_encrypted) return std::shared_ptr<const CryptoInfo>();
  if (!protection_) {
    return make_error(ErrorCode::kDrmNoSystem,
                      "the segment's samples are encrypted, and the playlist names no key");
  }
  std::shared_ptr<const CryptoInfo>& known = sample_aes_[stream.index];
  if (known) return known;
  CryptoInfo info;
  info.kid = protection_->kid;
  info.iv = protection_->iv;
  switch (stream.codecpar->codec_id) {
    case AV_CODEC_ID_H264:
      info.scheme = SampleScheme::kHlsAvc;
      break;
    case AV_CODEC_ID_AAC:
      info.scheme = SampleScheme::kHlsAac;
      break;
    case AV_CODEC_ID_AC3:
    case AV_CODEC_ID_EAC3:
      info.scheme = SampleScheme::kHlsAc3;
      break;
    default:
      return make_error(ErrorCode::kDrmNoSystem, "SAMPLE-AES does not say how " +
                                                     name_of(*stream.codecpar) + " is encrypted");
  }
  known = std::make_shared<const CryptoInfo>(info);
  return known;
}

void SegmentReader::report_metadata(int64_t pts_ticks, ByteView tag) {
  if (tag.empty() || tag.size() > kMaxMetadataBytes) return;
  callbacks_.on_metadata({pts_ticks, copy_bytes(tag.data(), tag.size())});
}

void SegmentReader::report_streams(const AVPacket& first) {
  std::vector<StreamInfo> infos;
  tracks_.resize(libav_->format->nb_streams);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const AVStream& stream = *libav_->format->streams[i];
    const auto kind = track_kind(stream);
    if (!kind) continue;
    tracks_[i].is_wanted = true;
    StreamInfo info = describe_stream(stream, *kind);
    if (is_packed(format_)) info.timescale = kMpegTimescale;
    // A fragment may use another sample description than the first of the track.
    std::size_t size = 0;
    const uint8_t* config = av_packet_get_side_data(&first, AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (config && size > 0 && first.stream_index == stream.index) {
      info.codec_config = copy_bytes(config, size);
    }
    infos.push_back(std::move(info));
  }
  callbacks_.on_streams(std::move(infos));
}

std::optional<SegmentReader::Times> SegmentReader::find_times(const AVPacket& packet,
                                                              const AVStream& stream) {
  Track& track = tracks_[static_cast<std::size_t>(packet.stream_index)];
  const bool is_aac = stream.codecpar->codec_id == AV_CODEC_ID_AAC;
  const auto adts = is_aac && format_ != SegmentFormat::kFmp4 ? read_adts(packet) : std::nullopt;
  const auto ticks_of = [&](int64_t samples) {
    return av_rescale_q_rnd(samples, AVRational{1, adts->rate}, stream.time_base, AV_ROUND_DOWN);
  };

  Times times;
  times.dts = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
  if (times.dts != AV_NOPTS_VALUE) {
    if (!is_countable(times.dts)) return {};
    track.has_times = true;
    track.last_dts = times.dts;
    track.ticks_since = track.adts_samples_since = 0;
  } else if (track.has_times || is_packed(format_)) {
    times.dts = track.last_dts + (adts ? ticks_of(track.adts_samples_since) : track.ticks_since);
  } else {
    return {};  // nothing to place it by
  }
  times.pts = packet.pts != AV_NOPTS_VALUE ? packet.pts : times.dts;
  if (!is_countable(times.pts)) return {};

  const int64_t in_fragment = input_.take_duration(stream.id);
  times.duration = std::clamp<int64_t>(packet.duration, 0, kFarthestTicks);
  if (in_fragment > 0) times.duration = in_fragment;
  if (adts) {
    track.adts_samples_since += adts->samples;
    times.duration =
        ticks_of(track.adts_samples_since) - ticks_of(track.adts_samples_since - adts->samples);
  }
  track.ticks_since = std::min(track.ticks_since + times.duration, kFarthestTicks);
  return times;
}

bool SegmentReader::set_times(EncodedSample& sample, const AVPacket& packet,
                              const AVStream& stream) {
  const auto times = find_times(packet, stream);
  if (!times) return false;
  auto [pts, dts, duration] = *times;
  if (format_ == SegmentFormat::kFmp4) {
    pts -= input_.composition_shift(stream.id);
  } else if (format_ == SegmentFormat::kMpegTs) {
    pts &= kMpegTimeMask;
    dts &= kMpegTimeMask;
  } else if (is_packed(format_)) {
    const auto mpeg_ticks = [&stream](int64_t ticks) {
      return av_rescale_q_rnd(ticks, stream.time_base, AVRational{1, kMpegTimescale},
                              AV_ROUND_DOWN);
    };
    duration = mpeg_ticks(pts + duration) - mpeg_ticks(pts);
    pts = (packed_start_ticks_ + mpeg_ticks(pts)) & kMpegTimeMask;
    dts = pts;
  }
  sample.pts_ticks = pts;
  sample.dts_ticks = dts;
  sample.duration_ticks = duration;
  return true;
}

// At the end libavformat hands out what it got of the last sample; that is not a sample. It marks
// it where the container tells a sample's size, which for video in MPEG-TS it does not.
bool SegmentReader::is_cut_off(const AVPacket& packet) const {
  const AVIOContext& io = *libav_->io;
  const bool is_at_end = io.buf_ptr >= io.buf_end && stream_.ended() && stream_.unread() == 0;
  const bool is_marked = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
  const bool is_parsed = format_ == SegmentFormat::kMpegTs || format_ == SegmentFormat::kAdts;
  return is_at_end && (is_marked || (is_parsed && input_.is_cut_short()));
}

void SegmentReader::flush() {
  if (batch_.empty()) return;
  callbacks_.on_samples(std::exchange(batch_, {}));
}

int SegmentReader::read_bytes(void* self, uint8_t* out, int size) {
  auto& reader = *static_cast<SegmentReader*>(self);
  const std::size_t count = reader.input_.read({out, static_cast<std::size_t>(size)});
  return count > 0 ? static_cast<int>(count) : AVERROR_EOF;
}

}  // namespace playhead
