// SPDX-License-Identifier: Apache-2.0
#include "support/sim_media.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace playhead::test {

namespace {

constexpr std::size_t kHeaderBytes = 128;
constexpr std::string_view kInitMark = "PLAYHEADINIT ";
constexpr std::string_view kDamagedInit = "PLAYHEADINI? ";

struct Header {
  char kind = 'v';
  long long start_us = 0;
  long long duration_us = 0;
  int samples = 0;
  int gop = 1;
  long long bytes = 0;
  char config[33] = "";
  int first_key = 0;
  int muxed_audio = 0;
  long long last_duration_us = 0;  // not in every header
};

bool parse_header(const std::string& text, Header& header) {
  return std::sscanf(text.c_str(), "PLAYHEADSIM %c %lld %lld %d %d %lld %32s %d %d last %lld",
                     &header.kind, &header.start_us, &header.duration_us, &header.samples,
                     &header.gop, &header.bytes, header.config, &header.first_key,
                     &header.muxed_audio, &header.last_duration_us) >= 9 &&
         header.samples > 0 && header.gop > 0;
}

// Runs callbacks later on the executor, unless the object that asked is gone by then.
class Later {
 public:
  explicit Later(Executor& executor, Duration delay = Duration{0})
      : executor_(executor), delay_(delay) {}
  void post(Task task) {
    if (delay_ > Duration{0}) {
      delayed_.push_back(executor_.post_at(executor_.now() + delay_, std::move(task)));
      return;
    }
    executor_.post([alive = std::weak_ptr<int>(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }
  // What was posted before no longer runs.
  void forget() {
    alive_ = std::make_shared<int>(0);
    delayed_.clear();
  }

 private:
  Executor& executor_;
  Duration delay_;
  std::vector<CancelHandle> delayed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Bytes that cost nothing: all of them are the same ones.
SharedBytes part_of_sheet(std::size_t size) {
  static const auto sheet = std::make_shared<const std::vector<uint8_t>>(std::size_t{4} << 20);
  return {sheet, ByteView(*sheet).first(std::min(size, sheet->size()))};
}

class SimDemuxer final : public SegmentDemuxer {
 public:
  SimDemuxer(Executor& executor, Duration delay, bool has_full_samples,
             DemuxerCallbacks callbacks)
      : later_(executor, delay),
        has_full_samples_(has_full_samples),
        callbacks_(std::move(callbacks)) {}

  void append(SharedBytes bytes) override {
    const std::string_view text = as_text(bytes.view());
    if (is_broken_) return;
    if (received_ == 0 && text == kDamagedInit) {
      is_broken_ = true;
      return end(make_error(ErrorCode::kContainerSyntax, "the simulated init segment is damaged"));
    }
    if (received_ == 0 && text.substr(0, kInitMark.size()) == kInitMark) {
      init_config_ = text.substr(kInitMark.size());
      return;
    }
    received_ += static_cast<int64_t>(bytes.size());
    if (head_.size() < kHeaderBytes) head_ += as_text(bytes.view()).substr(0, kHeaderBytes);
    if (!is_known_ && head_.size() >= kHeaderBytes) read_header();
    if (is_known_) emit_samples();
  }

  void finish() override {
    if (is_broken_) return;
    if (!is_known_ || received_ < header_.bytes) {
      return end(make_error(ErrorCode::kContainerSyntax, "the simulated segment is cut short"));
    }
    end({});
  }

 private:
  void read_header() {
    if (!parse_header(head_, header_)) {
      is_broken_ = true;
      return end(make_error(ErrorCode::kContainerUnsupported, "not a simulated segment"));
    }
    is_known_ = true;
    StreamInfo stream;
    stream.kind = header_.kind == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    stream.codec = "sim";
    const std::string config = init_config_ + header_.config;
    stream.codec_config = SharedBytes(std::vector<uint8_t>(config.begin(), config.end()));
    std::vector<StreamInfo> streams = {stream};
    if (header_.muxed_audio > 0) {
      stream.kind = TrackKind::kAudio;
      stream.stream_index = 1;
      streams.push_back(stream);
    }
    later_.post([this, streams] { callbacks_.on_streams(streams); });
  }

  void emit_samples() {
    std::vector<EncodedSample> samples;
    const int64_t payload = std::max<int64_t>(1, header_.bytes - int64_t{kHeaderBytes});
    while (next_ < header_.samples) {
      const int64_t needed = int64_t{kHeaderBytes} + payload * (next_ + 1) / header_.samples;
      if (received_ < needed) break;
      samples.push_back(make_sample(next_++));
      while (next_audio_ * header_.samples < next_ * header_.muxed_audio) {
        samples.push_back(make_audio_sample(next_audio_++));
      }
    }
    if (samples.empty()) return;
    later_.post([this, samples = std::move(samples)]() mutable {
      callbacks_.on_samples(std::move(samples));
    });
  }

  EncodedSample make_sample(int index) const {
    EncodedSample sample;
    sample.kind = header_.kind == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
    const auto at = [&](int64_t i) {
      return header_.start_us + header_.duration_us * i / header_.samples;
    };
    sample.pts_ticks = at(index);
    sample.dts_ticks = sample.pts_ticks;
    sample.duration_ticks = at(index + 1) - at(index);
    const bool is_last = index + 1 == header_.samples;
    if (is_last && header_.last_duration_us > 0) sample.duration_ticks = header_.last_duration_us;
    sample.is_key_frame =
        index >= header_.first_key && (index - header_.first_key) % header_.gop == 0;
    const auto size = static_cast<std::size_t>(std::max<int64_t>(1, header_.bytes / header_.samples));
    sample.data = has_full_samples_ ? part_of_sheet(size)
                                    : SharedBytes(std::vector<uint8_t>(size % 64 + 1));
    return sample;
  }

  EncodedSample make_audio_sample(int64_t index) const {
    EncodedSample sample;
    sample.kind = TrackKind::kAudio;
    sample.stream_index = 1;
    const auto at = [&](int64_t i) {
      return header_.start_us + header_.duration_us * i / header_.muxed_audio;
    };
    sample.pts_ticks = sample.dts_ticks = at(index);
    sample.duration_ticks = at(index + 1) - at(index);
    sample.is_key_frame = true;
    sample.data = SharedBytes(std::vector<uint8_t>(16));
    return sample;
  }

  void end(Result<void> result) {
    later_.post([this, result = std::move(result)] { callbacks_.on_end(result); });
  }

  Later later_;
  const bool has_full_samples_;
  DemuxerCallbacks callbacks_;
  std::string init_config_;
  std::string head_;
  Header header_;
  bool is_known_ = false;
  bool is_broken_ = false;
  int64_t received_ = 0;
  int next_ = 0;
  int next_audio_ = 0;
};

// Tells when a decoder meets the sample that it cannot decode.
class BadSample {
 public:
  // `in_a_row` of them, `kApart` apart.
  BadSample(int number, Severity severity, int in_a_row = 1)
      : number_(number), severity_(severity), in_a_row_(in_a_row) {}
  [[nodiscard]] std::optional<Error> next() {
    const int behind = ++count_ - number_;
    if (number_ == 0 || behind < 0 || behind % kApart != 0 || behind / kApart >= in_a_row_) {
      return std::nullopt;
    }
    return make_error(ErrorCode::kDecodeFailed, "the simulated sample is damaged", 0, severity_);
  }

 private:
  static constexpr int kApart = 100;  // a segment of 4 s
  int number_;
  Severity severity_;
  int in_a_row_;
  int count_ = 0;
};

// When a decoder falls silent.
struct Stuck {
  int from_sample = 0;  // 0: never
  bool until_flush = true;
};

class SimVideoDecoder final : public VideoDecoder {
 public:
  SimVideoDecoder(Executor& executor, BadSample bad, Stuck stuck, std::size_t slow_above_bytes,
                  VideoDecoderCallbacks callbacks)
      : later_(executor),
        slow_(executor, 4 * kSlowPicture),
        bad_(bad),
        stuck_(stuck),
        slow_above_bytes_(slow_above_bytes),
        callbacks_(std::move(callbacks)) {}

  [[nodiscard]] int room() const override { return 4 - queued_; }

  void decode(const EncodedSample& sample, MediaTime time, bool show) override {
    ++queued_;
    if (stuck_.from_sample > 0 && ++taken_ >= stuck_.from_sample) return;
    if (auto error = bad_.next()) {
      later_.post([this, error] {
        --queued_;
        callbacks_.on_error(*error);
      });
      return;
    }
    has_key_ = has_key_ || sample.is_key_frame;
    if (last_ && time <= *last_ && !sample.is_key_frame) {
      // What it refers to has gone: a real decoder tells of damage.
      return later_.post([this] {
        --queued_;
        callbacks_.on_error(make_error(ErrorCode::kDecodeFailed, "a picture comes again", 0,
                                       Severity::kRecoverable));
      });
    }
    last_ = time;
    VideoFrame frame;
    frame.time = time;
    frame.duration = Duration{sample.duration_ticks};
    frame.width = 16;
    frame.height = 9;
    frame.owner = std::make_shared<const int64_t>(sample.pts_ticks);
    const Held picture{std::move(frame), show && has_key_};
    if (slow_above_bytes_ == 0 || sample.data.size() <= slow_above_bytes_) {
      return later_.post([this, picture] {
        held_.push_back(picture);
        give();
      });
    }
    held_.push_back(picture);
    if (held_.size() == 4) slow_.post([this] { give(); });
  }

  void drain() override {
    later_.post([this] {
      give();
      callbacks_.on_drained();
    });
  }

  void flush() override {
    later_.forget();
    slow_.forget();
    held_.clear();
    queued_ = 0;
    has_key_ = false;
    last_.reset();
    if (stuck_.until_flush && taken_ >= stuck_.from_sample) stuck_.from_sample = 0;
  }

 private:
  static constexpr Duration kSlowPicture = 50ms;
  struct Held {
    VideoFrame frame;
    bool is_shown;
  };

  void give() {
    std::vector<Held> given;
    given.swap(held_);
    queued_ -= static_cast<int>(given.size());
    for (Held& held : given) {
      if (held.is_shown) callbacks_.on_frame(std::move(held.frame));
    }
    callbacks_.on_room();
  }

  Later later_, slow_;
  int taken_ = 0;
  BadSample bad_;
  Stuck stuck_;
  std::size_t slow_above_bytes_;
  std::vector<Held> held_;  // decoded, not given yet
  VideoDecoderCallbacks callbacks_;
  int queued_ = 0;
  bool has_key_ = false;
  std::optional<MediaTime> last_;  // of the picture before
};

class SimAudioDecoder final : public AudioDecoder {
 public:
  SimAudioDecoder(AudioFormat format, Executor& executor, BadSample bad,
                  AudioDecoderCallbacks callbacks)
      : format_(format), later_(executor), bad_(bad), callbacks_(std::move(callbacks)) {}

  [[nodiscard]] int room() const override { return 4 - queued_; }

  void decode(const EncodedSample& sample, MediaTime time) override {
    ++queued_;
    if (auto error = bad_.next()) {
      later_.post([this, error] {
        --queued_;
        callbacks_.on_error(*error);
      });
      return;
    }
    const float mark = sound_mark(std::max<int64_t>(sample.pts_ticks, 0));
    later_.post([this, time, mark, duration = Duration{sample.duration_ticks}, speed = speed_] {
      --queued_;
      AudioChunk chunk;
      chunk.time = time;
      chunk.media_duration = duration;
      chunk.format = format_;
      const double seconds = to_seconds(duration) / speed;
      const auto frames = static_cast<std::size_t>(seconds * format_.sample_rate + 0.5);
      chunk.samples.assign(frames * static_cast<std::size_t>(format_.channels), mark);
      callbacks_.on_chunk(std::move(chunk));
      callbacks_.on_room();
    });
  }

  void set_speed(double speed) override { speed_ = speed; }
  void drain() override {
    later_.post([this] { callbacks_.on_drained(); });
  }
  void flush() override {
    later_.forget();
    queued_ = 0;
  }

 private:
  AudioFormat format_;
  Later later_;
  BadSample bad_;
  AudioDecoderCallbacks callbacks_;
  double speed_ = 1.0;
  int queued_ = 0;
};

}  // namespace

std::string make_sim_segment(const SimSegmentSpec& spec) {
  char head[kHeaderBytes + 1] = {};
  std::snprintf(head, sizeof head, "PLAYHEADSIM %c %lld %lld %d %d %lld %.32s %d %d\n",
                spec.kind == TrackKind::kVideo ? 'v' : 'a', static_cast<long long>(spec.start_us),
                static_cast<long long>(spec.duration_us), spec.samples, spec.samples_per_gop,
                static_cast<long long>(std::max<int64_t>(spec.bytes, kHeaderBytes)),
                spec.codec_config.empty() ? "-" : spec.codec_config.c_str(), spec.first_key_frame,
                spec.muxed_audio_samples);
  std::string body(head);
  if (spec.last_duration_us > 0) {
    body.insert(body.size() - 1, " last " + std::to_string(spec.last_duration_us));
  }
  body.resize(static_cast<std::size_t>(std::max<int64_t>(spec.bytes, kHeaderBytes)), '.');
  return body;
}

std::string make_sim_init(const std::string& codec_config) {
  return std::string(kInitMark) + codec_config;
}

std::string make_damaged_sim_init() { return std::string(kDamagedInit); }

std::unique_ptr<SegmentDemuxer> SimBackend::open_demuxer(DemuxerInput, Executor& executor,
                                                         DemuxerCallbacks callbacks) {
  return std::make_unique<SimDemuxer>(executor, troubles_.demux_delay, troubles_.has_full_samples,
                                      std::move(callbacks));
}

bool SimBackend::is_bad(const StreamInfo& stream, int decoder) const {
  const bool is_early = troubles_.bad_decoders < 0 || decoder <= troubles_.bad_decoders;
  return is_early &&
         (troubles_.bad_config.empty() || as_text(stream.codec_config.view()) == troubles_.bad_config);
}

Result<std::unique_ptr<VideoDecoder>> SimBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor>, Executor& executor,
    VideoDecoderCallbacks callbacks) {
  const std::string_view config = as_text(stream.codec_config.view());
  const bool is_unknown = !troubles_.unknown_config.empty() && config == troubles_.unknown_config;
  if (stream.codec != "sim" || is_unknown) {
    return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  }
  const bool is_bad_one = is_bad(stream, ++video_decoders_);
  const BadSample bad(is_bad_one ? troubles_.bad_video_sample : 0, troubles_.severity,
                      troubles_.bad_in_a_row);
  const bool is_well =
      video_decoders_ > 1 && troubles_.stuck_until != SimCodecTroubles::StuckUntil::kNever;
  Stuck stuck{is_well ? 0 : troubles_.stuck_video_sample,
              troubles_.stuck_until == SimCodecTroubles::StuckUntil::kFlush};
  return std::unique_ptr<VideoDecoder>(std::make_unique<SimVideoDecoder>(
      executor, bad, stuck, troubles_.slow_above_bytes, std::move(callbacks)));
}

Result<std::unique_ptr<AudioDecoder>> SimBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor>,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  if (stream.codec != "sim") return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  const bool is_bad_one = is_bad(stream, ++audio_decoders_);
  const BadSample bad(is_bad_one ? troubles_.bad_audio_sample : 0, troubles_.severity,
                      troubles_.bad_in_a_row);
  return std::unique_ptr<AudioDecoder>(
      std::make_unique<SimAudioDecoder>(output, executor, bad, std::move(callbacks)));
}

bool SimBackend::supports(const std::string& rfc6381_codec) const {
  return rfc6381_codec.find("unheard-of") == std::string::npos;
}

}  // namespace playhead::test
