// SPDX-License-Identifier: Apache-2.0
#include "recorder/recording_media.h"

#include <map>
#include <utility>
#include <vector>

#include "recorder/fields.h"
#include "recorder/redact_captions.h"

namespace playhead::recorder {

namespace {

// What the callbacks of one demuxer or decoder have in common.
struct Source {
  std::shared_ptr<FlightRecorder> recorder;
  const Executor* clock;
  int64_t number;

  explicit Source(const RecordingExecutor& executor)
      : recorder(executor.shared_recorder()),
        clock(&executor.inner()),
        number(static_cast<int64_t>(recorder->next_number())) {}

  [[nodiscard]] Fields fields() const { return Fields(std::to_string(number)); }
  void effect(char what) const { recorder->effect(what + std::to_string(number)); }
  // A call of what may end its own object: `callback` lives as long as it takes.
  template <typename Callback, typename... Args>
  void step(char kind, const std::string& fields, const std::shared_ptr<Callback>& callback,
            Args... args) const {
    const Source alive = *this;
    const auto kept = callback;
    const FlightRecorder::Step step(*alive.recorder, *alive.clock, kind, fields);
    if (*kept) (*kept)(std::move(args)...);
  }
};

template <typename Function>
std::shared_ptr<Function> shared(Function&& function) {
  return std::make_shared<Function>(std::forward<Function>(function));
}

std::string describe_streams(const Source& source, const std::vector<StreamInfo>& streams) {
  Fields out = source.fields();
  for (const StreamInfo& stream : streams) {
    out.number(static_cast<int64_t>(stream.kind))
        .number(stream.stream_index)
        .text(stream.codec)
        .number(stream.timescale)
        .number(source.recorder->contents().number(as_text(stream.codec_config.view())))
        .number(static_cast<int64_t>(stream.codec_config.size()))
        .number(stream.width)
        .number(stream.height)
        .number(stream.sample_rate)
        .number(stream.channels);
  }
  return out.take();
}

// Of streams whose pictures may carry captions, by index.
using Framings = std::map<int, text::NalFraming>;

Framings framings_of(const std::vector<StreamInfo>& streams) {
  Framings framings;
  for (const StreamInfo& stream : streams) {
    const auto framing = text::nal_framing(stream.codec, stream.codec_config.view());
    if (framing) framings.emplace(stream.stream_index, *framing);
  }
  return framings;
}

// What of protected pictures looks like captions is chance.
std::string captions_of(const EncodedSample& sample, const Framings& framings) {
  const auto found = framings.find(sample.stream_index);
  if (found == framings.end() || sample.crypto) return {};
  return redacted_captions(sample.data.view(), found->second);
}

std::string describe_samples(const Source& source, const std::vector<EncodedSample>& samples,
                             const Framings& framings) {
  Fields out = source.fields();
  int64_t last = 0;
  for (const EncodedSample& sample : samples) {
    const bool has_skips = sample.skip_start_samples != 0 || sample.skip_end_samples != 0;
    const std::string captions = captions_of(sample, framings);
    out.number((captions.empty() ? 0 : 16) + (has_skips ? 8 : 0) +
               static_cast<int64_t>(sample.kind) * 2 + (sample.is_key_frame ? 1 : 0))
        .number(sample.stream_index)
        .number(sample.pts_ticks - last)
        .number(sample.pts_ticks - sample.dts_ticks)
        .number(sample.duration_ticks)
        .number(static_cast<int64_t>(sample.data.size()));
    if (has_skips) out.number(sample.skip_start_samples).number(sample.skip_end_samples);
    if (!captions.empty()) out.text(captions);
    last = sample.pts_ticks;
  }
  return out.take();
}

std::string describe_error(const Source& source, const Error& error) {
  return source.fields().error(error).take();
}

class RecordingDemuxer final : public SegmentDemuxer {
 public:
  RecordingDemuxer(Source source, std::unique_ptr<SegmentDemuxer> inner)
      : source_(std::move(source)), inner_(std::move(inner)) {}
  ~RecordingDemuxer() override { source_.effect('Z'); }

  void append(SharedBytes bytes) override {
    source_.recorder->effect(Fields("A" + std::to_string(source_.number))
                                 .number(static_cast<int64_t>(bytes.size()))
                                 .str());
    inner_->append(std::move(bytes));
  }
  void finish() override {
    source_.effect('F');
    inner_->finish();
  }

 private:
  const Source source_;
  const std::unique_ptr<SegmentDemuxer> inner_;
};

// What both kinds of decoder have in common.
template <typename Decoder>
class RecordingDecoder : public Decoder {
 public:
  RecordingDecoder(Source source, std::unique_ptr<Decoder> inner)
      : source_(std::move(source)), inner_(std::move(inner)) {}
  ~RecordingDecoder() override { source_.effect('Z'); }

  [[nodiscard]] int room() const override {
    const int room = inner_->room();
    source_.recorder->answer('m' + std::to_string(source_.number), std::to_string(room));
    return room;
  }
  void drain() override {
    source_.effect('Q');
    inner_->drain();
  }
  void flush() override {
    source_.effect('X');
    inner_->flush();
  }

 protected:
  const Source source_;
  const std::unique_ptr<Decoder> inner_;
};

class RecordingVideoDecoder final : public RecordingDecoder<VideoDecoder> {
 public:
  using RecordingDecoder::RecordingDecoder;
  void decode(const EncodedSample& sample, MediaTime time, bool show) override {
    source_.recorder->effect(
        Fields('d' + std::to_string(source_.number)).number(time.us).flag(show).str());
    inner_->decode(sample, time, show);
  }
};

class RecordingAudioDecoder final : public RecordingDecoder<AudioDecoder> {
 public:
  using RecordingDecoder::RecordingDecoder;
  void decode(const EncodedSample& sample, MediaTime time) override {
    source_.recorder->effect(Fields('d' + std::to_string(source_.number)).number(time.us).str());
    inner_->decode(sample, time);
  }
  void set_speed(double speed) override {
    source_.recorder->effect(Fields('s' + std::to_string(source_.number)).real(speed).str());
    inner_->set_speed(speed);
  }
};

// What decoders of sound and of pictures tell alike.
template <typename Callbacks>
void tap_progress(const Source& source, Callbacks& callbacks, Callbacks& tapped) {
  tapped.on_room = [source, done = shared(std::move(callbacks.on_room))] {
    source.step('r', source.fields().str(), done);
  };
  tapped.on_drained = [source, done = shared(std::move(callbacks.on_drained))] {
    source.step('q', source.fields().str(), done);
  };
  tapped.on_error = [source, done = shared(std::move(callbacks.on_error))](Error error) {
    const std::string fields = describe_error(source, error);
    source.step('x', fields, done, std::move(error));
  };
}

// Notes what the backend answered to `what`, and wraps the decoder it opened.
template <typename Recording, typename Decoder>
Result<std::unique_ptr<Decoder>> answered(const Source& source, const std::string& what,
                                          Result<std::unique_ptr<Decoder>> opened) {
  if (!opened) {
    source.recorder->effect(what + Fields().error(opened.error()).str());
    return std::move(opened).error();
  }
  source.recorder->effect(what + "ok");
  return std::unique_ptr<Decoder>(std::make_unique<Recording>(source, *std::move(opened)));
}

}  // namespace

std::string describe(const StreamInfo& stream) {
  return Fields()
      .number(static_cast<int64_t>(stream.kind))
      .number(stream.stream_index)
      .text(stream.codec)
      .number(stream.width)
      .number(stream.height)
      .number(stream.sample_rate)
      .number(stream.channels)
      .take();
}

std::unique_ptr<SegmentDemuxer> RecordingBackend::open_demuxer(DemuxerInput input, Executor&,
                                                               DemuxerCallbacks callbacks) {
  const Source source(*executor_);
  source.recorder->effect(Fields('D' + std::to_string(source.number))
                              .number(static_cast<int64_t>(input.container))
                              .flag(static_cast<bool>(callbacks.on_metadata))
                              .str());
  DemuxerCallbacks tapped;
  const auto framings = std::make_shared<Framings>();
  tapped.on_streams = [source, framings, done = shared(std::move(callbacks.on_streams))](
                          std::vector<StreamInfo> streams) {
    *framings = framings_of(streams);
    const std::string fields = describe_streams(source, streams);
    source.step('s', fields, done, std::move(streams));
  };
  tapped.on_samples = [source, framings, done = shared(std::move(callbacks.on_samples))](
                          std::vector<EncodedSample> samples) {
    const std::string fields = describe_samples(source, samples, *framings);
    source.step('m', fields, done, std::move(samples));
  };
  tapped.on_protection = std::move(callbacks.on_protection);
  if (callbacks.on_metadata) {
    tapped.on_metadata = [source,
                          done = shared(std::move(callbacks.on_metadata))](MetadataSample tag) {
      const std::string text = source.recorder->redactor().id3(as_text(tag.data.view()));
      const std::string fields = source.fields().number(tag.pts_ticks).text(to_hex(text)).take();
      source.step('i', fields, done, std::move(tag));
    };
  }
  tapped.on_end = [source, done = shared(std::move(callbacks.on_end))](Result<void> result) {
    const std::string fields =
        result ? source.fields().take() : describe_error(source, result.error());
    source.step('e', fields, done, std::move(result));
  };
  return std::make_unique<RecordingDemuxer>(
      source, inner_->open_demuxer(input, executor_->inner(), std::move(tapped)));
}

Result<std::unique_ptr<VideoDecoder>> RecordingBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor> decryptor, Executor&,
    VideoDecoderCallbacks callbacks) {
  const Source source(*executor_);
  VideoDecoderCallbacks tapped;
  tapped.on_frame = [source, done = shared(std::move(callbacks.on_frame))](VideoFrame frame) {
    const std::string fields = source.fields()
                                   .number(frame.time.us)
                                   .number(frame.duration.count())
                                   .number(frame.width)
                                   .number(frame.height)
                                   .number(frame.sar_num)
                                   .number(frame.sar_den)
                                   .number(static_cast<int64_t>(frame.format))
                                   .take();
    source.step('v', fields, done, std::move(frame));
  };
  tap_progress(source, callbacks, tapped);
  tapped.on_captions = std::move(callbacks.on_captions);
  tapped.on_doubtful = std::move(callbacks.on_doubtful);
  auto opened = inner_->open_video_decoder(stream, std::move(decryptor), executor_->inner(),
                                           std::move(tapped));
  const std::string what = 'V' + std::to_string(source.number) + ',' + describe(stream) + '=';
  return answered<RecordingVideoDecoder>(source, what, std::move(opened));
}

Result<std::unique_ptr<AudioDecoder>> RecordingBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor> decryptor,
    Executor&, AudioDecoderCallbacks callbacks) {
  const Source source(*executor_);
  AudioDecoderCallbacks tapped;
  tapped.on_chunk = [source, done = shared(std::move(callbacks.on_chunk))](AudioChunk chunk) {
    const std::string fields = source.fields()
                                   .number(chunk.time.us)
                                   .number(chunk.media_duration.count())
                                   .number(chunk.frames())
                                   .number(chunk.format.sample_rate)
                                   .number(chunk.format.channels)
                                   .take();
    source.step('a', fields, done, std::move(chunk));
  };
  tap_progress(source, callbacks, tapped);
  auto opened = inner_->open_audio_decoder(stream, output, std::move(decryptor), executor_->inner(),
                                           std::move(tapped));
  const std::string what = 'U' + std::to_string(source.number) + ',' + describe(stream) + ',' +
                           std::to_string(output.sample_rate) + ',' +
                           std::to_string(output.channels) + '=';
  return answered<RecordingAudioDecoder>(source, what, std::move(opened));
}

bool RecordingBackend::has_secure_decoder(TrackKind kind) const {
  const bool has = inner_->has_secure_decoder(kind);
  FlightRecorder& recorder = executor_->recorder();
  const std::string question = Fields("w").number(static_cast<int64_t>(kind)).take();
  if (recorder.in_step() && recorder.is_new(question)) recorder.answer(question, has ? "1" : "0");
  return has;
}

bool RecordingBackend::supports(const std::string& rfc6381_codec) const {
  const bool is_supported = inner_->supports(rfc6381_codec);
  // It is asked all the time and never changes.
  FlightRecorder& recorder = executor_->recorder();
  const std::string question = Fields("u").text(rfc6381_codec).take();
  if (recorder.in_step() && recorder.is_new(question)) {
    recorder.answer(question, is_supported ? "1" : "0");
  }
  return is_supported;
}

}  // namespace playhead::recorder
