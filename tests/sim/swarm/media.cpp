// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm/media.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

namespace playhead::swarm {

namespace {

using Block = std::shared_ptr<const std::vector<uint8_t>>;

constexpr int64_t kChoices = 8;
constexpr int64_t kIds = kIndexes * kChoices * 2;
constexpr int64_t kMaxSampleBytes = int64_t{4} << 20;

const Block& sheet() {
  static const auto block = std::make_shared<const std::vector<uint8_t>>(
      static_cast<std::size_t>(kIds + kMaxSampleBytes));
  return block;
}

int64_t place_of(int64_t index, int choice, bool is_damaged) {
  return ((index % kIndexes) * kChoices + choice % kChoices) * 2 + (is_damaged ? 1 : 0);
}

ContentId id_at(int64_t place) {
  return {place / 2 / kChoices, static_cast<int>(place / 2 % kChoices), place % 2 == 1};
}

SharedBytes bytes_at(int64_t place, int64_t size) {
  const auto first = static_cast<std::size_t>(place);
  const auto count = static_cast<std::size_t>(std::clamp<int64_t>(size, 1, kMaxSampleBytes));
  return {sheet(), ByteView(*sheet()).subspan(first, count)};
}

int64_t place_of(const SharedBytes& bytes) { return bytes.data() - sheet()->data(); }

// Runs callbacks later, in order, unless the object that asked is gone by then.
class Later {
 public:
  explicit Later(Executor& executor) : executor_(executor) {}
  // Work that takes so long, one after the other.
  void work(Duration time, Task task) {
    run_at(std::max(free_from_, executor_.now()) + time, std::move(task));
  }
  // News that come so late; those behind one another are late together.
  void tell(Duration delay, Task task) {
    run_at(std::max(free_from_, executor_.now() + delay), std::move(task));
  }
  void forget() {
    alive_ = std::make_shared<int>(0);
    timers_.clear();
    free_from_ = {};
  }

 private:
  // None overtakes another: while one waits for a timer, so does what comes after it.
  void run_at(MonotonicTime time, Task task) {
    free_from_ = time;
    if (timers_.empty() && time <= executor_.now()) {
      return executor_.post([alive = std::weak_ptr<int>(alive_), task = std::move(task)]() mutable {
        if (!alive.expired()) task();
      });
    }
    timers_.push_back(executor_.post_at(time, [this, task = std::move(task)]() mutable {
      const CancelHandle done = std::move(timers_.front());
      timers_.pop_front();
      task();
    }));
  }

  Executor& executor_;
  MonotonicTime free_from_;
  std::deque<CancelHandle> timers_;  // that have not gone off, in their order
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Counts what exists.
class Alive {
 public:
  explicit Alive(std::shared_ptr<MediaTroubles> troubles) : troubles_(std::move(troubles)) {
    ++troubles_->alive;
  }
  ~Alive() { --troubles_->alive; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  MediaTroubles* operator->() const { return troubles_.get(); }

 private:
  std::shared_ptr<MediaTroubles> troubles_;
};

class SwarmDemuxer final : public SegmentDemuxer {
 public:
  SwarmDemuxer(Executor& executor, std::shared_ptr<MediaTroubles> troubles,
               DemuxerCallbacks callbacks)
      : troubles_(std::move(troubles)), later_(executor), callbacks_(std::move(callbacks)) {}

  void append(SharedBytes bytes) override {
    if (is_finished_) troubles_->on_misuse("bytes for a demuxer after finish()");
    const auto wanted = static_cast<std::size_t>(std::max<int64_t>(kHeaderBytes - received_, 0));
    const ByteView head = bytes.view().first(std::min(wanted, bytes.size()));
    head_.insert(head_.end(), head.begin(), head.end());
    received_ += static_cast<int64_t>(bytes.size());
    if (!is_known_ && received_ >= kHeaderBytes) read_header();
    if (is_known_) emit();
  }

  void finish() override {
    if (std::exchange(is_finished_, true)) troubles_->on_misuse("finish() twice");
    if (is_broken_) return;
    if (!is_known_ || received_ < header_.bytes) {
      return end(make_error(ErrorCode::kContainerSyntax, "the simulated segment is cut short"));
    }
    end({});
  }

 private:
  void read_header() {
    if (is_broken_) return;
    std::memcpy(static_cast<void*>(&header_), head_.data(), sizeof header_);
    const SegmentHeader whole;
    if (std::memcmp(header_.magic, whole.magic, sizeof whole.magic) != 0 ||
        std::memcmp(header_.end, whole.end, sizeof whole.end) != 0) {
      is_broken_ = true;
      return end(make_error(ErrorCode::kContainerUnsupported, "not a simulated segment"));
    }
    is_known_ = true;
    StreamInfo stream;
    stream.kind = header_.is_video != 0 ? TrackKind::kVideo : TrackKind::kAudio;
    stream.codec = "sim";
    stream.codec_config = SharedBytes(std::vector<uint8_t>{static_cast<uint8_t>(header_.choice),
                                                           static_cast<uint8_t>(header_.part)});
    std::vector<StreamInfo> streams = {stream};
    if (header_.muxed_samples > 0) {
      stream.kind = TrackKind::kAudio;
      stream.stream_index = 1;
      streams.push_back(stream);
    }
    later_.tell(troubles_->demux_delay, [this, streams] { callbacks_.on_streams(streams); });
  }

  void emit() {
    std::vector<EncodedSample> samples;
    while (next_ < header_.samples) {
      const int64_t end =
          kHeaderBytes + (header_.bytes - kHeaderBytes) * (next_ + 1) / header_.samples;
      if (received_ < end) break;
      samples.push_back(sample(next_++));
      while (next_muxed_ * header_.samples < int64_t{next_} * header_.muxed_samples) {
        samples.push_back(muxed_sample(next_muxed_++));
      }
    }
    if (samples.empty()) return;
    later_.tell(troubles_->demux_delay, [this, samples = std::move(samples)]() mutable {
      callbacks_.on_samples(std::move(samples));
    });
  }

  EncodedSample sample(int32_t i) const {
    EncodedSample sample;
    sample.kind = header_.is_video != 0 ? TrackKind::kVideo : TrackKind::kAudio;
    sample.pts_ticks = sample.dts_ticks = header_.container_start_us + i * header_.sample_us;
    sample.duration_ticks = header_.sample_us;
    sample.is_key_frame = (header_.first_in_gop + i) % header_.samples_per_gop == 0;
    sample.data =
        bytes_at(place_of(header_.first_index + i, header_.choice, i == header_.damaged_sample),
                 header_.bytes / header_.samples);
    return sample;
  }

  EncodedSample muxed_sample(int64_t i) const {
    EncodedSample sample;
    sample.kind = TrackKind::kAudio;
    sample.stream_index = 1;
    sample.pts_ticks = sample.dts_ticks = header_.container_start_us + i * header_.muxed_sample_us;
    sample.duration_ticks = header_.muxed_sample_us;
    sample.is_key_frame = true;
    sample.data = bytes_at(place_of(header_.first_muxed_index + i, header_.choice, false), 16);
    return sample;
  }

  void end(Result<void> result) {
    later_.tell(troubles_->demux_delay,
                [this, result = std::move(result)] { callbacks_.on_end(result); });
  }

  Alive troubles_;
  Later later_;
  DemuxerCallbacks callbacks_;
  std::vector<uint8_t> head_;
  SegmentHeader header_;
  bool is_known_ = false;
  bool is_broken_ = false;
  bool is_finished_ = false;
  int64_t received_ = 0;
  int32_t next_ = 0;
  int64_t next_muxed_ = 0;
};

// Why a sample cannot be decoded, if so.
std::optional<Error> trouble_with(MediaTroubles& troubles, const ContentId& id) {
  if (troubles.deaths > 0) {
    --troubles.deaths;
    return make_error(ErrorCode::kDecodeFailed, "the simulated decoder is lost");
  }
  if (id.is_damaged) ++troubles.damaged_seen;
  if (!id.is_damaged && troubles.bad_samples == 0) return std::nullopt;
  if (!id.is_damaged) --troubles.bad_samples;
  return make_error(ErrorCode::kDecodeFailed, "the simulated sample is damaged", 0,
                    Severity::kRecoverable);
}

class SwarmVideoDecoder final : public VideoDecoder {
 public:
  SwarmVideoDecoder(Executor& executor, std::shared_ptr<MediaTroubles> troubles,
                    VideoDecoderCallbacks callbacks)
      : troubles_(std::move(troubles)), later_(executor), callbacks_(std::move(callbacks)) {}

  [[nodiscard]] int room() const override { return 4 - queued_; }

  void decode(const EncodedSample& sample, MediaTime time, bool show) override {
    ++queued_;
    const int64_t place = place_of(sample.data);
    if (!has_key_ && !sample.is_key_frame) {
      troubles_->on_misuse("pictures for a decoder that has no key frame yet");
    }
    has_key_ = true;
    if (last_ && time <= *last_ && !sample.is_key_frame) {
      troubles_->on_misuse("pictures out of order for a decoder");
    }
    last_ = time;
    if (auto error = trouble_with(*troubles_.operator->(), id_at(place))) {
      return later_.work(troubles_->decode_delay, [this, error] {
        --queued_;
        callbacks_.on_error(*error);
      });
    }
    later_.work(troubles_->decode_delay,
                [this, time, place, show, duration = sample.duration_ticks] {
                  --queued_;
                  if (show) callbacks_.on_frame(picture(time, place, duration));
                  callbacks_.on_room();
                });
  }

  void drain() override {
    later_.work(Duration{0}, [this] { callbacks_.on_drained(); });
  }

  void flush() override {
    later_.forget();
    queued_ = 0;
    has_key_ = false;
    last_.reset();
  }

 private:
  static VideoFrame picture(MediaTime time, int64_t place, int64_t duration_us) {
    VideoFrame frame;
    frame.time = time;
    frame.duration = Duration{duration_us};
    frame.width = 320 * (id_at(place).choice + 1);
    frame.height = 180 * (id_at(place).choice + 1);
    frame.planes[0] = sheet()->data() + place;
    frame.owner = sheet();
    return frame;
  }

  Alive troubles_;
  Later later_;
  VideoDecoderCallbacks callbacks_;
  int queued_ = 0;
  bool has_key_ = false;
  std::optional<MediaTime> last_;
};

class SwarmAudioDecoder final : public AudioDecoder {
 public:
  SwarmAudioDecoder(AudioFormat format, Executor& executor, std::shared_ptr<MediaTroubles> troubles,
                    AudioDecoderCallbacks callbacks)
      : format_(format),
        troubles_(std::move(troubles)),
        later_(executor),
        callbacks_(std::move(callbacks)) {}

  [[nodiscard]] int room() const override { return 4 - queued_; }

  void decode(const EncodedSample& sample, MediaTime time) override {
    ++queued_;
    const ContentId id = id_at(place_of(sample.data));
    if (auto error = trouble_with(*troubles_.operator->(), id)) {
      return later_.work(Duration{0}, [this, error] {
        --queued_;
        callbacks_.on_error(*error);
      });
    }
    later_.work(Duration{0},
                [this, time, id, duration = Duration{sample.duration_ticks}, speed = speed_] {
                  --queued_;
                  AudioChunk chunk;
                  chunk.time = time;
                  chunk.media_duration = duration;
                  chunk.format = format_;
                  const double frames = to_seconds(duration) / speed * format_.sample_rate;
                  const auto count = static_cast<std::size_t>(frames + 0.5);
                  chunk.samples.assign(count * static_cast<std::size_t>(format_.channels),
                                       static_cast<float>(id.index + 1) / float{1 << 20});
                  callbacks_.on_chunk(std::move(chunk));
                  callbacks_.on_room();
                });
  }

  void set_speed(double speed) override { speed_ = speed; }
  void drain() override {
    later_.work(Duration{0}, [this] { callbacks_.on_drained(); });
  }
  void flush() override {
    later_.forget();
    queued_ = 0;
  }

 private:
  AudioFormat format_;
  Alive troubles_;
  Later later_;
  AudioDecoderCallbacks callbacks_;
  double speed_ = 1.0;
  int queued_ = 0;
};

}  // namespace

test::WebAnswer make_segment(const SegmentHeader& header) {
  test::WebAnswer answer;
  std::vector<uint8_t> head(static_cast<std::size_t>(kHeaderBytes));
  std::memcpy(head.data(), static_cast<const void*>(&header), sizeof header);
  answer.body = std::make_shared<const std::vector<uint8_t>>(std::move(head));
  answer.filler_bytes = header.bytes - kHeaderBytes;
  return answer;
}

void damage(test::WebAnswer& segment, int64_t sample) {
  if (!segment.body || segment.body->size() != static_cast<std::size_t>(kHeaderBytes)) return;
  SegmentHeader header;
  std::memcpy(static_cast<void*>(&header), segment.body->data(), sizeof header);
  if (header.samples <= 0) return;
  header.damaged_sample = static_cast<int32_t>(sample % header.samples);
  segment.body = make_segment(header).body;
}

std::optional<ContentId> content_of(const VideoFrame& frame) {
  if (frame.planes[0] == nullptr) return std::nullopt;
  const int64_t place = frame.planes[0] - sheet()->data();
  if (place < 0 || place >= kIds) return std::nullopt;
  return id_at(place);
}

std::optional<int64_t> sound_index(float sample) {
  if (sample == 0) return std::nullopt;
  return static_cast<int64_t>(sample * float{1 << 20} + 0.5F) - 1;
}

std::unique_ptr<SegmentDemuxer> SwarmBackend::open_demuxer(DemuxerInput, Executor& executor,
                                                           DemuxerCallbacks callbacks) {
  return std::make_unique<SwarmDemuxer>(executor, troubles_, std::move(callbacks));
}

Result<std::unique_ptr<VideoDecoder>> SwarmBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor>, Executor& executor,
    VideoDecoderCallbacks callbacks) {
  if (stream.codec != "sim") return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  return std::unique_ptr<VideoDecoder>(
      std::make_unique<SwarmVideoDecoder>(executor, troubles_, std::move(callbacks)));
}

Result<std::unique_ptr<AudioDecoder>> SwarmBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor>,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  if (stream.codec != "sim") return make_error(ErrorCode::kCodecUnsupported, stream.codec);
  return std::unique_ptr<AudioDecoder>(
      std::make_unique<SwarmAudioDecoder>(output, executor, troubles_, std::move(callbacks)));
}

}  // namespace playhead::swarm
