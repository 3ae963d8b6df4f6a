// SPDX-License-Identifier: Apache-2.0
#include "sim/muxed_media.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>

namespace playhead::test {

namespace {

constexpr const char* kMagic = "MUXED";
constexpr std::size_t kHeaderBytes = 512;
constexpr int64_t kContainerStartUs = 1'400'000;
constexpr int64_t kFrameUs = 40'000;
constexpr int64_t kSoundUs = 20'000;

class MuxedDemuxer final : public SegmentDemuxer {
 public:
  MuxedDemuxer(std::unique_ptr<SegmentDemuxer> other, Executor& executor,
               std::shared_ptr<DemuxerCallbacks> callbacks)
      : other_(std::move(other)), executor_(executor), callbacks_(std::move(callbacks)) {}

  void append(SharedBytes bytes) override {
    if (is_other_) return other_->append(std::move(bytes));
    head_ += as_text(bytes.view());
    if (head_.size() < kHeaderBytes || is_known_) return;
    is_known_ = true;
    is_other_ = head_.rfind(kMagic, 0) != 0;
    if (is_other_) {
      return other_->append(SharedBytes(std::vector<uint8_t>(head_.begin(), head_.end())));
    }
    read_header();
  }

  void finish() override {
    if (is_other_) return other_->finish();
    post([this] {
      callbacks_->on_samples(std::move(sound_));
      callbacks_->on_end({});
    });
  }

 private:
  void post(Task task) {
    executor_.post([alive = std::weak_ptr<int>(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }

  void read_header() {
    std::istringstream in(head_.substr(0, kHeaderBytes));
    std::string magic;
    int64_t start = 0, duration = 0, from = 0, to = 0;
    bool has_video = false, declares_audio = false;
    in >> magic >> start >> duration >> has_video >> declares_audio;
    std::vector<StreamInfo> streams;
    std::vector<EncodedSample> pictures;
    if (has_video) {
      streams.push_back(stream_of(TrackKind::kVideo));
      for (int64_t t = start; t < start + duration; t += kFrameUs) {
        pictures.push_back(sample_of(TrackKind::kVideo, t, kFrameUs));
        pictures.back().is_key_frame = t == start;
      }
    }
    if (declares_audio) streams.push_back(stream_of(TrackKind::kAudio));
    while (in >> from >> to) {
      for (int64_t t = start; t < start + duration; t += kSoundUs) {
        if (t >= from && t < to) sound_.push_back(sample_of(TrackKind::kAudio, t, kSoundUs));
      }
    }
    post([this, streams, pictures]() mutable {
      callbacks_->on_streams(std::move(streams));
      callbacks_->on_samples(std::move(pictures));
    });
  }

  static StreamInfo stream_of(TrackKind kind) {
    StreamInfo stream;
    stream.kind = kind;
    stream.stream_index = static_cast<int>(kind);
    stream.codec = "sim";
    return stream;
  }

  static EncodedSample sample_of(TrackKind kind, int64_t time_us, int64_t duration_us) {
    EncodedSample sample;
    sample.kind = kind;
    sample.stream_index = static_cast<int>(kind);
    sample.pts_ticks = sample.dts_ticks = time_us;
    sample.duration_ticks = duration_us;
    sample.data = SharedBytes(std::vector<uint8_t>(100));
    return sample;
  }

  std::unique_ptr<SegmentDemuxer> other_;
  Executor& executor_;
  std::shared_ptr<DemuxerCallbacks> callbacks_;
  std::string head_;
  bool is_known_ = false;
  bool is_other_ = false;
  std::vector<EncodedSample> sound_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Hands everything on some time later.
class SlowAudioDecoder final : public AudioDecoder {
 public:
  SlowAudioDecoder(std::unique_ptr<AudioDecoder> inner, std::shared_ptr<int> alive)
      : inner_(std::move(inner)), alive_(std::move(alive)) {}
  [[nodiscard]] int room() const override { return inner_->room(); }
  void decode(const EncodedSample& sample, MediaTime time) override {
    inner_->decode(sample, time);
  }
  void set_speed(double speed) override { inner_->set_speed(speed); }
  void drain() override { inner_->drain(); }
  void flush() override { inner_->flush(); }

 private:
  std::unique_ptr<AudioDecoder> inner_;
  std::shared_ptr<int> alive_;
};

// Every callback at most once, each `delay` later, none once `alive` is gone.
class Delayed {
 public:
  Delayed(Executor& executor, Duration delay, const std::shared_ptr<int>& alive)
      : executor_(executor), delay_(delay), alive_(alive) {}
  void post(Task task) {
    auto handle = std::make_shared<CancelHandle>();
    *handle = executor_.post_at(executor_.now() + delay_,
                                [handle, alive = alive_, task = std::move(task)]() mutable {
                                  const auto keep = std::exchange(handle, nullptr);
                                  if (!alive.expired()) task();
                                });
  }

 private:
  Executor& executor_;
  Duration delay_;
  std::weak_ptr<int> alive_;
};

}  // namespace

std::optional<WebAnswer> MuxedTitle::answer(const WebRequest& request) const {
  if (request.url.rfind(base_url, 0) != 0) return std::nullopt;
  const std::string name = request.url.substr(base_url.size());
  if (name == "list.m3u8") {
    std::ostringstream out;
    out << "#EXTM3U\n#EXT-X-TARGETDURATION:" << segment_us / 1'000'000
        << "\n#EXT-X-PLAYLIST-TYPE:VOD\n";
    for (int i = 0; i < segments; ++i) {
      out << "#EXTINF:" << segment_us / 1'000'000 << ",\n" << i << ".seg\n";
    }
    out << "#EXT-X-ENDLIST\n";
    return text_answer(out.str());
  }
  int number = 0;
  if (std::sscanf(name.c_str(), "%d.seg", &number) != 1) return std::nullopt;
  std::ostringstream body;
  body << kMagic << ' ' << kContainerStartUs + number * segment_us << ' ' << segment_us << ' '
       << has_video << ' ' << declares_audio;
  for (const auto& [from, to] : sound) {
    body << ' ' << kContainerStartUs + from << ' ' << kContainerStartUs + to;
  }
  std::string text = body.str() + ' ';
  const auto bytes = static_cast<std::size_t>(bps * segment_us / 8 / 1'000'000);
  text.resize(std::max(bytes, kHeaderBytes), ' ');
  return text_answer(text);
}

std::unique_ptr<SegmentDemuxer> MuxedBackend::open_demuxer(DemuxerInput input, Executor& executor,
                                                           DemuxerCallbacks callbacks) {
  auto shared = std::make_shared<DemuxerCallbacks>(std::move(callbacks));
  DemuxerCallbacks passed_on;
  passed_on.on_streams = [shared](std::vector<StreamInfo> streams) {
    shared->on_streams(std::move(streams));
  };
  passed_on.on_samples = [shared](std::vector<EncodedSample> samples) {
    shared->on_samples(std::move(samples));
  };
  passed_on.on_end = [shared](Result<void> result) { shared->on_end(std::move(result)); };
  return std::make_unique<MuxedDemuxer>(inner_.open_demuxer(input, executor, std::move(passed_on)),
                                        executor, std::move(shared));
}

Result<std::unique_ptr<AudioDecoder>> MuxedBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor& executor, AudioDecoderCallbacks callbacks) {
  if (sound_delay_ == Duration{0}) {
    return inner_.open_audio_decoder(stream, output, std::move(decryptor), executor,
                                     std::move(callbacks));
  }
  auto alive = std::make_shared<int>(0);
  auto shared = std::make_shared<AudioDecoderCallbacks>(std::move(callbacks));
  auto delayed = std::make_shared<Delayed>(executor, sound_delay_, alive);
  AudioDecoderCallbacks slow;
  slow.on_chunk = [shared, delayed](AudioChunk chunk) {
    delayed->post(
        [shared, chunk = std::move(chunk)]() mutable { shared->on_chunk(std::move(chunk)); });
  };
  slow.on_room = [shared, delayed] { delayed->post([shared] { shared->on_room(); }); };
  slow.on_drained = [shared, delayed] { delayed->post([shared] { shared->on_drained(); }); };
  auto decoder =
      inner_.open_audio_decoder(stream, output, std::move(decryptor), executor, std::move(slow));
  if (!decoder) return decoder;
  return std::unique_ptr<AudioDecoder>(
      std::make_unique<SlowAudioDecoder>(*std::move(decoder), std::move(alive)));
}

}  // namespace playhead::test
