// SPDX-License-Identifier: Apache-2.0
#include "sim/replay/replay_media.h"

#include <utility>

#include "base/decimal.h"
#include "decode/ffmpeg_caption_decoder.h"
#include "recorder/recording_media.h"

namespace playhead::replay {

namespace {

using recorder::FieldReader;
using recorder::Fields;

// No sample, configuration or tag is larger; more decoded sound is in no chunk.
constexpr int64_t kMaxSampleBytes = int64_t{16} << 20;
constexpr int64_t kMaxConfigBytes = 1 << 20;
constexpr int64_t kMaxFrames = 1 << 20;

std::string with_number(char what, uint64_t number) { return what + std::to_string(number); }

// What all three kinds of object do: they are told apart by number, and their end is noted.
template <typename Map>
class Part {
 public:
  Part(Script& played, uint64_t its_number, std::shared_ptr<ReplayBackend::Alive> alive,
       Map ReplayBackend::Alive::*map)
      : script(played), number(its_number), alive_(std::move(alive)), map_(map) {}
  ~Part() {
    script.effect(with_number('Z', number));
    (alive_.get()->*map_).erase(number);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  [[nodiscard]] int room() const {
    const auto answer = script.ask(with_number('m', number));
    return answer ? static_cast<int>(parse_int64(*answer).value_or(0)) : 0;
  }
  void note(char what) const { script.effect(with_number(what, number)); }

  Script& script;
  const uint64_t number;

 private:
  const std::shared_ptr<ReplayBackend::Alive> alive_;
  Map ReplayBackend::Alive::*const map_;
};

class ReplayDemuxer final : public SegmentDemuxer {
 public:
  using Of = Part<decltype(ReplayBackend::Alive::demuxers)>;
  ReplayDemuxer(Script& script, uint64_t number, std::shared_ptr<ReplayBackend::Alive> alive)
      : part_(script, number, std::move(alive), &ReplayBackend::Alive::demuxers) {}
  void append(SharedBytes bytes) override {
    part_.script.effect(
        Fields(with_number('A', part_.number)).number(static_cast<int64_t>(bytes.size())).str());
  }
  void finish() override { part_.note('F'); }

 private:
  const Of part_;
};

class ReplayVideoDecoder final : public VideoDecoder {
 public:
  using Of = Part<decltype(ReplayBackend::Alive::video)>;
  ReplayVideoDecoder(Script& script, uint64_t number, std::shared_ptr<ReplayBackend::Alive> alive)
      : part_(script, number, std::move(alive), &ReplayBackend::Alive::video) {}
  [[nodiscard]] int room() const override { return part_.room(); }
  void decode(const EncodedSample&, MediaTime time, bool show) override {
    part_.script.effect(Fields(with_number('d', part_.number)).number(time.us).flag(show).str());
  }
  void drain() override { part_.note('Q'); }
  void flush() override { part_.note('X'); }

 private:
  const Of part_;
};

class ReplayAudioDecoder final : public AudioDecoder {
 public:
  using Of = Part<decltype(ReplayBackend::Alive::audio)>;
  ReplayAudioDecoder(Script& script, uint64_t number, std::shared_ptr<ReplayBackend::Alive> alive)
      : part_(script, number, std::move(alive), &ReplayBackend::Alive::audio) {}
  [[nodiscard]] int room() const override { return part_.room(); }
  void decode(const EncodedSample&, MediaTime time) override {
    part_.script.effect(Fields(with_number('d', part_.number)).number(time.us).str());
  }
  void set_speed(double speed) override {
    part_.script.effect(Fields(with_number('s', part_.number)).real(speed).str());
  }
  void drain() override { part_.note('Q'); }
  void flush() override { part_.note('X'); }

 private:
  const Of part_;
};

Error error_of(const std::string& fields) {
  FieldReader in(fields);
  return in.error();
}

int read_int(FieldReader& in) { return static_cast<int>(in.number_within(INT32_MIN, INT32_MAX)); }

// A picture of that size with these captions (recorder::redacted_captions) and nothing else.
SharedBytes with_captions(const std::string& captions, std::size_t size) {
  constexpr std::size_t kPair = 3, kMostPairs = 31;  // ATSC A/53 Part 4: cc_count has five bits
  const auto pairs =
      recorder::from_hex(std::string_view(captions).substr(captions.empty() ? 0 : 1));
  std::vector<uint8_t> unit;
  const auto add = [&](std::initializer_list<int> bytes) {
    for (const int byte : bytes) unit.push_back(static_cast<uint8_t>(byte));
  };
  for (std::size_t at = 0; pairs && at + kPair <= pairs->size();) {
    const std::size_t count = std::min((pairs->size() - at) / kPair, kMostPairs);
    add({0, 0, 1});
    captions[0] == 'h' ? add({39 << 1, 1}) : add({6});
    add({4, static_cast<int>(11 + kPair * count), 0xb5, 0, 0x31, 'G', 'A', '9', '4', 3});
    add({static_cast<int>(0x40 | count), 0xff});
    for (const std::size_t end = at + kPair * count; at < end; at += kPair) {
      add({0xfb + (*pairs)[at], (*pairs)[at + 1], (*pairs)[at + 2]});
    }
    add({0xff, 0x80});
  }
  captions[0] == 'h' ? add({0, 0, 1, 38 << 1, 1}) : add({0, 0, 1, 12});
  unit.resize(std::max(unit.size(), size));
  return SharedBytes(std::move(unit));
}

class ReplayScreen final : public VideoSink {
 public:
  ReplayScreen(Script& script, int player) : script_(script), player_(std::to_string(player)) {}
  void show(const VideoFrame& frame) override {
    script_.effect("I" + player_ + ',' + std::to_string(frame.time.us));
  }
  void clear() override { script_.effect("I" + player_); }

 private:
  Script& script_;
  const std::string player_;
};

class ReplaySpeaker final : public AudioSink {
 public:
  ReplaySpeaker(Script& script, int player) : script_(script), player_(std::to_string(player)) {}

  Result<AudioFormat> open(AudioFormat wanted) override {
    const auto answer =
        script_.ask(Fields("o" + player_).number(wanted.sample_rate).number(wanted.channels).str());
    FieldReader in(answer ? *answer : std::string_view("E,1006,1,0"));
    if (in.text() == "E") return in.error();
    AudioFormat format;
    format.sample_rate = static_cast<int>(in.number_within(1, 1'000'000));
    format.channels = static_cast<int>(in.number_within(1, 64));
    return format;
  }
  void close() override { note("close"); }
  void write(const float*, int64_t frames) override {
    script_.effect("W" + player_ + ',' + std::to_string(frames));
  }
  [[nodiscard]] int64_t frames_played(MonotonicTime) override {
    const auto answer = script_.ask("f" + player_);
    return answer ? parse_int64(*answer).value_or(0) : 0;
  }
  void pause() override { note("pause"); }
  void resume() override { note("resume"); }
  void flush() override { note("flush"); }
  void set_volume(double volume) override {
    script_.effect(Fields("l" + player_).real(volume).str());
  }

 private:
  void note(const char* what) { script_.effect("a" + player_ + ',' + what); }

  Script& script_;
  const std::string player_;
};

}  // namespace

ReplayBackend::ReplayBackend(Script& script)
    : script_(script),
      zeros_(
          std::make_shared<const std::vector<uint8_t>>(static_cast<std::size_t>(kMaxSampleBytes))) {
}

SharedBytes ReplayBackend::blank(std::size_t size) const {
  return {zeros_, ByteView(*zeros_).subspan(0, size)};
}

std::unique_ptr<SegmentDemuxer> ReplayBackend::open_demuxer(DemuxerInput input, Executor&,
                                                            DemuxerCallbacks callbacks) {
  const uint64_t number = script_.next_number();
  script_.effect(Fields(with_number('D', number))
                     .number(static_cast<int64_t>(input.container))
                     .flag(static_cast<bool>(callbacks.on_metadata))
                     .str());
  alive_->demuxers.emplace(number, std::make_shared<DemuxerCallbacks>(std::move(callbacks)));
  return std::make_unique<ReplayDemuxer>(script_, number, alive_);
}

Result<std::unique_ptr<VideoDecoder>> ReplayBackend::open_video_decoder(
    const StreamInfo& stream, std::shared_ptr<SampleDecryptor>, Executor&,
    VideoDecoderCallbacks callbacks) {
  const uint64_t number = script_.next_number();
  const auto answer = script_.ask(with_number('V', number) + ',' + recorder::describe(stream));
  if (answer && *answer != "ok") return error_of(*answer);
  alive_->video.emplace(number, std::make_shared<VideoDecoderCallbacks>(std::move(callbacks)));
  return std::unique_ptr<VideoDecoder>(
      std::make_unique<ReplayVideoDecoder>(script_, number, alive_));
}

Result<std::unique_ptr<AudioDecoder>> ReplayBackend::open_audio_decoder(
    const StreamInfo& stream, AudioFormat output, std::shared_ptr<SampleDecryptor>, Executor&,
    AudioDecoderCallbacks callbacks) {
  const uint64_t number = script_.next_number();
  const auto answer =
      script_.ask(with_number('U', number) + ',' + recorder::describe(stream) + ',' +
                  std::to_string(output.sample_rate) + ',' + std::to_string(output.channels));
  if (answer && *answer != "ok") return error_of(*answer);
  alive_->audio.emplace(number, std::make_shared<AudioDecoderCallbacks>(std::move(callbacks)));
  return std::unique_ptr<AudioDecoder>(
      std::make_unique<ReplayAudioDecoder>(script_, number, alive_));
}

bool ReplayBackend::supports(const std::string& rfc6381_codec) const {
  return ask_once(Fields("u").text(rfc6381_codec).take(), true);
}

Result<std::unique_ptr<CaptionDecoder>> ReplayBackend::open_caption_decoder() {
  return FfmpegCaptionDecoder::open();
}

bool ReplayBackend::has_secure_decoder(TrackKind kind) const {
  return ask_once(Fields("w").number(static_cast<int64_t>(kind)).take(), false);
}

bool ReplayBackend::ask_once(const std::string& question, bool otherwise) const {
  const auto known = known_.find(question);
  if (known != known_.end()) return known->second;
  const auto answer = script_.ask(question);
  return known_.emplace(question, answer ? *answer != "0" : otherwise).first->second;
}

bool ReplayBackend::run(char kind, FieldReader& in) {
  const auto number = static_cast<uint64_t>(in.number());
  // Callbacks may end what they belong to.
  if (const auto found = alive_->demuxers.find(number); found != alive_->demuxers.end()) {
    const auto callbacks = found->second;
    return run_demuxer(kind, *callbacks, in);
  }
  if (const auto found = alive_->video.find(number); found != alive_->video.end()) {
    const auto callbacks = found->second;
    return run_video(kind, *callbacks, in);
  }
  if (const auto found = alive_->audio.find(number); found != alive_->audio.end()) {
    const auto callbacks = found->second;
    return run_audio(kind, *callbacks, in);
  }
  return false;
}

std::vector<StreamInfo> ReplayBackend::read_streams(FieldReader& in) const {
  std::vector<StreamInfo> streams;
  while (in.is_good() && !in.at_end()) {
    StreamInfo stream;
    stream.kind = static_cast<TrackKind>(in.number_within(0, 3));
    stream.stream_index = read_int(in);
    stream.codec = in.text();
    stream.timescale = in.number_within(1, INT64_MAX);
    const auto content = static_cast<uint64_t>(in.number_within(0, INT32_MAX));
    const auto size = static_cast<std::size_t>(in.number_within(0, kMaxConfigBytes));
    // Equal ones were equal.
    // No avcC and no hvcC: those begin with a one.
    std::vector<uint8_t> config(size);
    for (std::size_t i = 1; i < std::min<std::size_t>(size, 5); ++i) {
      config[i] = static_cast<uint8_t>(content >> (8 * (i - 1)));
    }
    stream.codec_config = SharedBytes(std::move(config));
    stream.width = read_int(in);
    stream.height = read_int(in);
    stream.sample_rate = read_int(in);
    stream.channels = read_int(in);
    streams.push_back(std::move(stream));
  }
  return streams;
}

std::vector<EncodedSample> ReplayBackend::read_samples(FieldReader& in) const {
  std::vector<EncodedSample> samples;
  int64_t last = 0;
  while (in.is_good() && !in.at_end()) {
    constexpr int64_t kFarthest = int64_t{1} << 61;
    EncodedSample sample;
    const auto flags = static_cast<unsigned>(in.number_within(0, 31));
    sample.is_key_frame = (flags & 1U) != 0;
    sample.kind = static_cast<TrackKind>((flags >> 1U) & 3U);
    sample.stream_index = read_int(in);
    sample.pts_ticks = checked_add(last, in.number_within(-kFarthest, kFarthest)).value_or(0);
    sample.dts_ticks =
        checked_add(sample.pts_ticks, -in.number_within(-kFarthest, kFarthest)).value_or(0);
    sample.duration_ticks = in.number();
    sample.data = blank(static_cast<std::size_t>(in.number_within(0, kMaxSampleBytes)));
    if ((flags & 8U) != 0) {
      sample.skip_start_samples = read_int(in);
      sample.skip_end_samples = read_int(in);
    }
    if ((flags & 16U) != 0) sample.data = with_captions(in.text(), sample.data.size());
    last = sample.pts_ticks;
    samples.push_back(std::move(sample));
  }
  return samples;
}

bool ReplayBackend::run_demuxer(char kind, DemuxerCallbacks& callbacks, FieldReader& in) {
  switch (kind) {
    case 's': {
      auto streams = read_streams(in);
      if (in.is_good() && callbacks.on_streams) callbacks.on_streams(std::move(streams));
      return in.is_good();
    }
    case 'm': {
      auto samples = read_samples(in);
      if (in.is_good() && callbacks.on_samples) callbacks.on_samples(std::move(samples));
      return in.is_good();
    }
    case 'i': {
      MetadataSample tag;
      tag.pts_ticks = in.number();
      const auto bytes = recorder::from_hex(in.text());
      if (!in.is_good() || !bytes || !callbacks.on_metadata) return false;
      tag.data = SharedBytes(std::vector<uint8_t>(bytes->begin(), bytes->end()));
      callbacks.on_metadata(std::move(tag));
      return true;
    }
    case 'e': {
      Result<void> result;
      if (!in.at_end()) result = in.error();
      if (in.is_good() && callbacks.on_end) callbacks.on_end(std::move(result));
      return in.is_good();
    }
    default:
      return false;
  }
}

bool ReplayBackend::run_video(char kind, VideoDecoderCallbacks& callbacks, FieldReader& in) {
  if (kind == 'v') {
    VideoFrame frame;
    frame.time = {in.number()};
    frame.duration = Duration{in.number()};
    frame.width = read_int(in);
    frame.height = read_int(in);
    frame.sar_num = read_int(in);
    frame.sar_den = read_int(in);
    frame.format = static_cast<PixelFormat>(in.number_within(0, 1));
    if (in.is_good() && callbacks.on_frame) callbacks.on_frame(std::move(frame));
    return in.is_good();
  }
  if (kind == 'r' && callbacks.on_room) return callbacks.on_room(), true;
  if (kind == 'q' && callbacks.on_drained) return callbacks.on_drained(), true;
  if (kind != 'x' || !callbacks.on_error) return false;
  Error error = in.error();
  if (in.is_good()) callbacks.on_error(std::move(error));
  return in.is_good();
}

bool ReplayBackend::run_audio(char kind, AudioDecoderCallbacks& callbacks, FieldReader& in) {
  if (kind == 'a') {
    AudioChunk chunk;
    chunk.time = {in.number()};
    chunk.media_duration = Duration{in.number()};
    const auto frames = static_cast<std::size_t>(in.number_within(0, kMaxFrames));
    chunk.format.sample_rate = static_cast<int>(in.number_within(1, 1'000'000));
    chunk.format.channels = static_cast<int>(in.number_within(1, 64));
    if (!in.is_good()) return false;
    chunk.samples.resize(frames * static_cast<std::size_t>(chunk.format.channels));
    if (callbacks.on_chunk) callbacks.on_chunk(std::move(chunk));
    return true;
  }
  if (kind == 'r' && callbacks.on_room) return callbacks.on_room(), true;
  if (kind == 'q' && callbacks.on_drained) return callbacks.on_drained(), true;
  if (kind != 'x' || !callbacks.on_error) return false;
  Error error = in.error();
  if (in.is_good()) callbacks.on_error(std::move(error));
  return in.is_good();
}

Sinks replay_sinks(Script& script, int player, bool has_video, bool has_audio) {
  Sinks sinks;
  if (has_video) sinks.video = std::make_shared<ReplayScreen>(script, player);
  if (has_audio) sinks.audio = std::make_shared<ReplaySpeaker>(script, player);
  return sinks;
}

}  // namespace playhead::replay
