// SPDX-License-Identifier: Apache-2.0
#include "corpus/media_play.h"

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>
#include <limits>
#include <utility>

#include "base/thread_executor.h"
#include "decode/ffmpeg_backend.h"
#include "net/fetcher.h"
#include "player/audio_pipeline.h"
#include "player/video_pipeline.h"
#include "streaming/streaming_engine.h"

namespace playhead::test {

namespace {

constexpr const char* kHost = "http://media.test/";
constexpr const char* kPlaylist = "http://media.test/list.m3u8";

// Files of a folder and one playlist, in the pieces a network would bring. Executor thread.
class FolderTransport final : public Transport {
 public:
  FolderTransport(std::string folder, std::string playlist)
      : folder_(std::move(folder)), playlist_(std::move(playlist)) {}

  CancelHandle start(Request request, Executor& executor, FetchCallbacks callbacks) override {
    auto alive = std::make_shared<FetchCallbacks>(std::move(callbacks));
    executor.post([this, weak = std::weak_ptr<FetchCallbacks>(alive), url = request.url,
                   &executor] { answer(weak, url, executor); });
    return CancelHandle([alive]() mutable { alive.reset(); });
  }
  void preconnect(const std::string&) override {}

 private:
  [[nodiscard]] std::vector<uint8_t> body_of(const std::string& url) const {
    if (url == kPlaylist) return {playlist_.begin(), playlist_.end()};
    std::ifstream in(folder_ + url.substr(std::string(kHost).size()), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  void answer(const std::weak_ptr<FetchCallbacks>& weak, const std::string& url,
              Executor& executor) const {
    constexpr std::size_t kPiece = 16'384;
    const std::vector<uint8_t> body = body_of(url);
    ResponseHead head;
    head.status = body.empty() ? 404 : 200;
    head.url = url;
    head.content_length = static_cast<int64_t>(body.size());
    if (const auto alive = weak.lock()) alive->on_head(head);
    for (std::size_t at = 0; at < body.size(); at += kPiece) {
      const std::size_t end = std::min(at + kPiece, body.size());
      const auto from = body.begin() + static_cast<std::ptrdiff_t>(at);
      SharedBytes piece(
          std::vector<uint8_t>(from, body.begin() + static_cast<std::ptrdiff_t>(end)));
      if (const auto alive = weak.lock()) alive->on_body(std::move(piece), executor.now());
    }
    TransferStats stats;
    stats.started = stats.first_byte = stats.finished = executor.now();
    stats.wire_bytes = stats.body_bytes = static_cast<int64_t>(body.size());
    if (const auto alive = weak.lock()) alive->on_done(stats);
  }

  const std::string folder_;
  const std::string playlist_;
};

// Counts what the decoders of sound are given.
class CountingDecoder final : public AudioDecoder {
 public:
  CountingDecoder(std::unique_ptr<AudioDecoder> decoder, int64_t& samples)
      : decoder_(std::move(decoder)), samples_(samples) {}
  [[nodiscard]] int room() const override { return decoder_->room(); }
  void decode(const EncodedSample& sample, MediaTime time) override {
    ++samples_;
    decoder_->decode(sample, time);
  }
  void set_speed(double speed) override { decoder_->set_speed(speed); }
  void drain() override { decoder_->drain(); }
  void flush() override { decoder_->flush(); }

 private:
  std::unique_ptr<AudioDecoder> decoder_;
  int64_t& samples_;
};

class CountingBackend final : public MediaBackend {
 public:
  explicit CountingBackend(int64_t& samples) : samples_(samples) {}
  std::unique_ptr<SegmentDemuxer> open_demuxer(DemuxerInput input, Executor& executor,
                                               DemuxerCallbacks callbacks) override {
    return backend_.open_demuxer(input, executor, std::move(callbacks));
  }
  Result<std::unique_ptr<VideoDecoder>> open_video_decoder(
      const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor& executor,
      VideoDecoderCallbacks callbacks) override {
    return backend_.open_video_decoder(stream, std::move(decryptor), executor,
                                       std::move(callbacks));
  }
  Result<std::unique_ptr<AudioDecoder>> open_audio_decoder(
      const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
      Executor& executor, AudioDecoderCallbacks callbacks) override {
    auto opened = backend_.open_audio_decoder(stream, output, std::move(decryptor), executor,
                                              std::move(callbacks));
    if (!opened) return std::move(opened).error();
    return std::unique_ptr<AudioDecoder>(
        std::make_unique<CountingDecoder>(*std::move(opened), samples_));
  }
  [[nodiscard]] bool supports(const std::string& codec) const override {
    return backend_.supports(codec);
  }

 private:
  FfmpegBackend backend_;
  int64_t& samples_;
};

class PictureCounter final : public VideoSink {
 public:
  explicit PictureCounter(MediaPlay::Outcome& outcome) : outcome_(outcome) {}
  void show(const VideoFrame& frame) override {
    ++outcome_.pictures;
    if (!outcome_.times.empty() && frame.time <= outcome_.times.back()) {
      outcome_.is_in_order = false;
    }
    outcome_.times.push_back(frame.time);
  }

 private:
  MediaPlay::Outcome& outcome_;
};

// A device that has played whatever it gets.
class GreedyAudioSink final : public AudioSink {
 public:
  explicit GreedyAudioSink(MediaPlay::Outcome& outcome) : outcome_(outcome) {}
  Result<AudioFormat> open(AudioFormat wanted) override {
    format_ = wanted;
    return wanted;
  }
  void close() override {}
  void write(const float*, int64_t frames) override {
    frames_ += frames;
    outcome_.heard_s += static_cast<double>(frames) / format_.sample_rate;
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime) override { return frames_; }
  void pause() override {}
  void resume() override {}
  void flush() override { frames_ = 0; }
  void set_volume(double) override {}

 private:
  MediaPlay::Outcome& outcome_;
  AudioFormat format_;
  int64_t frames_ = 0;
};

std::string playlist_of(const std::vector<std::string>& files, Duration length) {
  const bool has_init = files.size() > 1 && files.front().find("init") != std::string::npos;
  const std::size_t segments = files.size() - (has_init ? 1 : 0);
  const std::string seconds = std::to_string(to_seconds(length) / static_cast<double>(segments));
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n";
  if (has_init) text += "#EXT-X-MAP:URI=\"" + files.front() + "\"\n";
  for (std::size_t i = has_init ? 1 : 0; i < files.size(); ++i) {
    text += "#EXTINF:" + seconds + ",\n" + files[i] + "\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

}  // namespace

// Everything below its public calls happens on the executor.
class MediaPlay::Impl final : private StreamingListener, private PipelineListener {
 public:
  Impl(std::string folder, std::string manifest)
      : transport_(std::move(folder), std::move(manifest)),
        backend_(outcome_.sound_samples),
        fetcher_(transport_, executor_),
        manifests_([this](Request request, auto done) {
          return fetcher_.fetch(std::move(request),
                                [done = std::move(done)](Result<FetchedResource> result) mutable {
                                  if (!result) return done(std::move(result).error());
                                  done(FetchedManifest{result->head, result->body});
                                });
        }) {}

  ~Impl() override {
    on_executor([this] {
      video_.reset();
      audio_.reset();
      streaming_.reset();
      load_.reset();
    });
  }

  Outcome run() {
    auto over = over_.get_future();
    executor_.post([this] {
      load_ = manifests_.load(kPlaylist, [this](auto result) { open(std::move(result)); });
    });
    over.wait();
    return outcome_;
  }

 private:
  template <typename Work>
  void on_executor(Work work) {
    std::promise<void> done;
    executor_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  void open(Result<std::shared_ptr<const Presentation>> presentation) {
    if (!presentation) return end(std::move(presentation).error());
    StreamingConfig config;
    config.buffering.target = 10min;
    StreamingListener& streaming_listener = *this;
    PipelineListener& pipeline_listener = *this;
    streaming_ = std::make_unique<StreamingEngine>(fetcher_, manifests_, backend_, executor_,
                                                   clock_, config, streaming_listener);
    video_ = std::make_unique<VideoPipeline>(backend_, executor_,
                                             std::make_shared<PictureCounter>(outcome_), nullptr,
                                             pipeline_listener);
    audio_ = std::make_unique<AudioPipeline>(backend_, executor_,
                                             std::make_shared<GreedyAudioSink>(outcome_), nullptr,
                                             pipeline_listener);
    audio_->restart(MediaTime{0});
    audio_->run(true);
    auto opened = streaming_->open(*std::move(presentation), TrackPreferences(), MediaTime{0});
    if (!opened) return end(std::move(opened).error());
    wake();
  }

  void wake() {
    if (std::exchange(is_woken_, true)) return;
    executor_.post([this] { turn(); });
  }

  void turn() {
    is_woken_ = false;
    if (!streaming_ || is_over_) return;
    const MonotonicTime now = executor_.now();
    const Duration wait = streaming_->turn(now, MediaTime{0}, 1.0);
    if (auto events = streaming_->take_events()) {
      for (TimedEvent& event : *events) outcome_.events.push_back(std::move(event));
    }
    if (wait < 1h) timer_ = executor_.post_at(now + wait, [this] { wake(); });
    const bool has_all =
        streaming_->is_complete(TrackKind::kVideo) && streaming_->is_complete(TrackKind::kAudio);
    show_pictures();
    AudioPipeline::Outlook outlook;
    outlook.is_complete = has_all;
    // What the sink took made room for more.
    for (double before = -1; before != outcome_.heard_s;) {
      before = outcome_.heard_s;
      audio_->feed(streaming_->audio(), outlook, now);
    }
    if (is_over_ || !has_all) return;
    const bool plays_video = streaming_->plays_video();
    const bool plays_audio = streaming_->plays_audio();
    const bool is_seen = !plays_video || video_->is_finished(MediaTime::max());
    const bool is_heard = !plays_audio || audio_->is_finished(now);
    if (is_seen && is_heard) end(warning_only());
  }

  void show_pictures() {
    const bool is_complete = streaming_->is_complete(TrackKind::kVideo);
    bool has_shown = true;
    while (has_shown) {
      video_->feed(streaming_->video(), is_complete);
      const auto first = video_->present(shown_until_);
      if (first.next) shown_until_ = *first.next;
      has_shown = first.shown > 0 || first.next;
    }
  }

  // Segments that were skipped are a failure when nothing at all came of the title.
  [[nodiscard]] std::optional<Error> warning_only() const {
    return outcome_.pictures + outcome_.sound_samples > 0 ? std::nullopt : warning_;
  }

  void end(std::optional<Error> failure) {
    if (std::exchange(is_over_, true)) return;
    outcome_.failure = std::move(failure);
    over_.set_value();
  }

  void on_streaming_progress() override { wake(); }
  void on_segment_loaded(const SegmentLoaded&) override {}
  void on_received(int64_t) override {}
  void on_streaming_warning(const Error& error) override { warning_ = error; }
  void on_text_warning(const Error& error) override { warning_ = error; }
  void on_thumbnail(ThumbnailReady) override {}
  void on_streaming_failed(Error error) override { end(std::move(error)); }
  void on_url_refused(const Error& error) override { end(error); }
  void on_pipeline_progress() override { wake(); }
  void on_pipeline_error(TrackKind, Error) override {
    ++outcome_.decode_errors;
    wake();
  }

  Outcome outcome_;
  std::optional<Error> warning_;
  std::promise<void> over_;
  bool is_over_ = false;
  bool is_woken_ = false;
  MediaTime shown_until_{std::numeric_limits<int64_t>::min()};

  FolderTransport transport_;
  CountingBackend backend_;
  ThreadExecutor executor_{"media-play"};
  ResourceFetcher fetcher_;
  ManifestSource manifests_;
  ServerClock clock_;
  CancelHandle load_, timer_;
  std::unique_ptr<StreamingEngine> streaming_;
  std::unique_ptr<VideoPipeline> video_;
  std::unique_ptr<AudioPipeline> audio_;
};

MediaPlay::MediaPlay(std::string folder, std::vector<std::string> files, Duration length,
                     std::string manifest)
    : impl_(std::make_unique<Impl>(std::move(folder),
                                   manifest.empty() ? playlist_of(files, length) : manifest)) {}

MediaPlay::~MediaPlay() = default;

MediaPlay::Outcome MediaPlay::run() { return impl_->run(); }

}  // namespace playhead::test
