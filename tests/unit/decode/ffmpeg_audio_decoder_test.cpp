// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "decode/audio_stretcher.h"
#include "support/media_samples.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

constexpr AudioFormat kStereo48{48'000, 2};

struct Audio {
  StreamInfo stream;
  std::vector<EncodedSample> samples;
};

Audio demux_audio(DecodeRig& rig, const char* name) {
  const Demuxed demuxed = demux(rig, media_sample(name));
  const StreamInfo* stream = find_stream(demuxed, TrackKind::kAudio);
  REQUIRE(stream);
  return {*stream, samples_of(demuxed, TrackKind::kAudio)};
}

int64_t frames_of(const DecodedAudio& decoded) {
  int64_t frames = 0;
  for (const AudioChunk& chunk : decoded.chunks) frames += chunk.frames();
  return frames;
}

MediaTime end_of(const AudioChunk& chunk) { return chunk.time + chunk.media_duration; }

// How often neighbours do not abut.
int gaps_in(const DecodedAudio& decoded) {
  int gaps = 0;
  for (std::size_t i = 1; i < decoded.chunks.size(); ++i) {
    if (decoded.chunks[i].time != end_of(decoded.chunks[i - 1])) ++gaps;
  }
  return gaps;
}

// First channel.
std::vector<float> signal_of(const DecodedAudio& decoded) {
  std::vector<float> signal;
  for (const AudioChunk& chunk : decoded.chunks) {
    for (std::size_t i = 0; i < chunk.samples.size();
         i += static_cast<std::size_t>(chunk.format.channels)) {
      signal.push_back(chunk.samples[i]);
    }
  }
  return signal;
}

// Power at a frequency (Goertzel), over the middle half of the signal.
double power_at(const std::vector<float>& signal, double hz, int sample_rate) {
  const double k = 2 * std::cos(2 * 3.14159265358979 * hz / sample_rate);
  double a = 0;
  double b = 0;
  for (std::size_t i = signal.size() / 4; i < signal.size() * 3 / 4; ++i) {
    const double next = signal[i] + k * a - b;
    b = a;
    a = next;
  }
  return a * a + b * b - k * a * b;
}

// The strongest of the frequencies 200, 210, … 1000 Hz.
int dominant_hz(const DecodedAudio& decoded) {
  const std::vector<float> signal = signal_of(decoded);
  int best = 0;
  double best_power = 0;
  for (int hz = 200; hz <= 1000; hz += 10) {
    const double power = power_at(signal, hz, decoded.chunks.at(0).format.sample_rate);
    if (power > best_power) best = hz;
    best_power = std::max(best_power, power);
  }
  return best;
}

}  // namespace

TEST_CASE("ffmpeg_audio_decoder: all of it, from the exact start, in the sink's format") {
  struct Case {
    const char* name;
    AudioFormat output;
    int64_t first_us;
    int64_t duration_us;
  };
  const int64_t aac_us = 188 * 1024 * 1'000'000LL / 48'000;  // the encoder's delay is left out
  const Case cases[] = {
      {"audio.mp4", {48'000, 2}, 0, aac_us},
      {"audio.mp4", {44'100, 2}, 0, aac_us},
      {"audio.mp4", {48'000, 1}, 0, aac_us},
      {"audio.mp4", {96'000, 6}, 0, aac_us},
      {"av.ts", {48'000, 2}, 1'458'666, 189 * 1024 * 1'000'000LL / 48'000},
      {"audio.aac", {48'000, 2}, 0, 189 * 1024 * 1'000'000LL / 48'000},
      {"audio_44100_mono.aac", {48'000, 2}, 0, 174 * 1024 * 1'000'000LL / 44'100},
      {"audio.ac3", {48'000, 2}, 0, 4'000'000},
      {"audio.eac3", {48'000, 2}, 0, 4'000'000},
      {"audio.mp3", {48'000, 2}, 0, 168 * 1152 * 1'000'000LL / 48'000},
      {"audio_opus.mp4", {48'000, 2}, 0, (201 * 960 - 312) * 1'000'000LL / 48'000},
  };
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CAPTURE(c.output.sample_rate);
    CAPTURE(c.output.channels);
    if (is_missing(c.name)) continue;
    const Audio audio = demux_audio(rig, c.name);
    const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, c.output, 1);
    CHECK(decoded.errors.empty());
    REQUIRE(!decoded.chunks.empty());
    CHECK(decoded.chunks[0].format == c.output);
    CHECK(decoded.chunks[0].time.us == c.first_us);
    CHECK(gaps_in(decoded) == 0);
    // Within one AAC frame.
    CHECK(std::abs((end_of(decoded.chunks.back()) - decoded.chunks[0].time).count() -
                   c.duration_us) <= 21'334);
    CHECK(std::abs(frames_of(decoded) * 1'000'000 / c.output.sample_rate - c.duration_us) <=
          21'334);
    CHECK(dominant_hz(decoded) == 440);
  }
}

TEST_CASE("ffmpeg_audio_decoder: speed changes the length, not the pitch") {
  if (is_missing("audio.mp4")) return;
  DecodeRig rig;
  const Audio audio = demux_audio(rig, "audio.mp4");
  const double media_us = 188 * 1024 * 1e6 / 48'000;
  for (const double speed : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0}) {
    CAPTURE(speed);
    const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, kStereo48, speed);
    CHECK(decoded.errors.empty());
    const double played_us = static_cast<double>(frames_of(decoded)) * 1e6 / 48'000;
    CHECK(std::abs(played_us * speed - media_us) <= 21'334);
    CHECK(gaps_in(decoded) == 0);
    CHECK(decoded.chunks.front().time.us == 0);
    CHECK(std::abs(static_cast<double>(end_of(decoded.chunks.back()).us) - media_us) <= 21'334);
    CHECK(dominant_hz(decoded) == 440);
    for (const AudioChunk& chunk : decoded.chunks) {
      const double stands_for = static_cast<double>(chunk.frames()) * speed * 1e6 / 48'000;
      CHECK(std::abs(static_cast<double>(chunk.media_duration.count()) - stands_for) <= 1);
    }
  }
}

TEST_CASE("ffmpeg_audio_decoder: at any speed sound comes when its picture does") {
  if (is_missing("audio_onset.mp4")) return;  // silent for 1.5 s
  DecodeRig rig;
  const Audio audio = demux_audio(rig, "audio_onset.mp4");
  for (const double speed : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0}) {
    CAPTURE(speed);
    const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, kStereo48, speed);
    const std::vector<float> signal = signal_of(decoded);
    const auto loud = std::find_if(signal.begin(), signal.end(),
                                   [](float sample) { return std::abs(sample) > 0.1F; });
    REQUIRE(loud != signal.end());
    const double seconds = static_cast<double>(loud - signal.begin()) * speed / 48'000;
    // Of media time. Sound that is off by less than 45 ms is not noticed (ITU-R BT.1359-1).
    CHECK(std::abs(seconds - 1.5) < 0.045);
  }
}

TEST_CASE("ffmpeg_audio_decoder: a change of speed loses nothing") {
  if (is_missing("audio.mp4")) return;
  DecodeRig rig;
  const Audio audio = demux_audio(rig, "audio.mp4");
  Watched<DecodedAudio> watched;
  std::unique_ptr<AudioDecoder> decoder;
  std::size_t next = 0;
  const auto feed = [&] {
    while (next < audio.samples.size() && decoder->room() > 0) {
      if (next == 95) decoder->set_speed(2);  // behind 94 * 1024 samples
      const EncodedSample& sample = audio.samples[next];
      decoder->decode(sample, {ticks_to_us(sample.pts_ticks, audio.stream.timescale)});
      if (++next == audio.samples.size()) decoder->drain();
    }
  };
  rig.run([&] {
    auto opened = rig.backend.open_audio_decoder(
        audio.stream, kStereo48, nullptr, rig.executor,
        {.on_chunk =
             [&](AudioChunk chunk) {
               watched.change([&](DecodedAudio& d) { d.chunks.push_back(std::move(chunk)); });
             },
         .on_room = feed,
         .on_drained = [&] { watched.change([](DecodedAudio& d) { d.is_drained = true; }); },
         .on_error = nullptr});
    REQUIRE(opened);
    decoder = *std::move(opened);
    feed();
  });
  const DecodedAudio decoded = watched.wait([](const DecodedAudio& d) { return d.is_drained; });
  rig.run([&] { decoder.reset(); });

  CHECK(gaps_in(decoded) == 0);
  CHECK(std::abs(end_of(decoded.chunks.back()).us - 188 * 1024 * 1'000'000LL / 48'000) <= 21'334);
  CHECK(std::abs(frames_of(decoded) - (94 * 1024 + 94 * 512)) <= 1024);
}

TEST_CASE("ffmpeg_audio_decoder: a jump of the input's time is kept, rounding is not") {
  if (is_missing("audio.aac")) return;
  struct Case {
    const char* name;
    int64_t shift_us;  // of everything from the middle on
    int gaps;
    int64_t end_shift_us;
  };
  const Case cases[] = {{"nothing", 0, 0, 0},
                        {"rounding of milliseconds", 900, 0, 0},
                        {"a gap", 500'000, 1, 500'000},
                        {"an overlap", -500'000, 1, -500'000}};
  DecodeRig rig;
  const Audio audio = demux_audio(rig, "audio.aac");
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Audio moved = audio;
    for (std::size_t i = 90; i < moved.samples.size(); ++i) {
      moved.samples[i].pts_ticks += c.shift_us * 9 / 100;
    }
    const DecodedAudio decoded = decode_audio(rig, moved.stream, moved.samples, kStereo48, 1);
    CHECK(gaps_in(decoded) == c.gaps);
    CHECK(frames_of(decoded) == 189 * 1024);
    const int64_t end_us = end_of(decoded.chunks.back()).us;
    CHECK(std::abs(end_us - c.end_shift_us - 189 * 1024 * 1'000'000LL / 48'000) <= 12);
  }
}

TEST_CASE("ffmpeg_audio_decoder: the stream's format may change on the way") {
  if (is_missing("audio.aac") || is_missing("audio_44100_mono.aac")) return;
  DecodeRig rig;
  Audio audio = demux_audio(rig, "audio.aac");
  const Audio other = demux_audio(rig, "audio_44100_mono.aac");
  const int64_t end_ticks = 189 * 1920;
  for (EncodedSample sample : other.samples) {
    sample.pts_ticks += end_ticks;
    audio.samples.push_back(sample);
  }
  for (const double speed : {1.0, 1.5}) {
    CAPTURE(speed);
    const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, kStereo48, speed);
    CHECK(decoded.errors.empty());
    const double media_us = 189 * 1024 * 1e6 / 48'000 + 174 * 1024 * 1e6 / 44'100;
    CHECK(std::abs(static_cast<double>(end_of(decoded.chunks.back()).us) - media_us) <= 21'334);
    CHECK(dominant_hz(decoded) == 440);
  }
}

TEST_CASE("ffmpeg_audio_decoder: frames that share one time follow one another") {
  if (is_missing("audio.aac")) return;
  DecodeRig rig;
  Audio audio = demux_audio(rig, "audio.aac");
  // As MPEG-TS gives AAC-LATM: eight frames, one time.
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    audio.samples[i].pts_ticks = audio.samples[i / 8 * 8].pts_ticks;
  }
  const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, kStereo48, 1);
  CHECK(gaps_in(decoded) == 0);
  CHECK(frames_of(decoded) == 189 * 1024);
}

TEST_CASE("ffmpeg_audio_decoder: flush forgets; what comes after has its own time") {
  if (is_missing("audio.aac")) return;
  DecodeRig rig;
  const Audio audio = demux_audio(rig, "audio.aac");
  Watched<DecodedAudio> watched;
  std::unique_ptr<AudioDecoder> decoder;
  rig.run([&] {
    auto opened = rig.backend.open_audio_decoder(
        audio.stream, kStereo48, nullptr, rig.executor,
        {.on_chunk =
             [&](AudioChunk chunk) {
               watched.change([&](DecodedAudio& d) { d.chunks.push_back(std::move(chunk)); });
             },
         .on_room = nullptr,
         .on_drained = [&] { watched.change([](DecodedAudio& d) { d.is_drained = true; }); },
         .on_error = nullptr});
    REQUIRE(opened);
    decoder = *std::move(opened);
    for (std::size_t i = 0; i < 10; ++i) decoder->decode(audio.samples[i], MediaTime{0});
    decoder->flush();
    for (std::size_t i = 100; i < 110; ++i) {
      decoder->decode(audio.samples[i], {ticks_to_us(audio.samples[i].pts_ticks, 90'000)});
    }
    decoder->drain();
  });
  const DecodedAudio decoded = watched.wait([](const DecodedAudio& d) { return d.is_drained; });
  rig.run([&] { decoder.reset(); });
  REQUIRE(!decoded.chunks.empty());
  CHECK(decoded.chunks[0].time.us == ticks_to_us(100 * 1920, 90'000));
  CHECK(frames_of(decoded) == 10 * 1024);
}

TEST_CASE("ffmpeg_audio_decoder: a damaged sample is reported and passed over") {
  if (is_missing("audio.mp4")) return;
  DecodeRig rig;
  Audio audio = demux_audio(rig, "audio.mp4");
  audio.samples[50].data = SharedBytes(std::vector<uint8_t>(100, 0xff));
  const DecodedAudio decoded = decode_audio(rig, audio.stream, audio.samples, kStereo48, 1);
  REQUIRE(!decoded.errors.empty());
  CHECK(decoded.errors[0].code == ErrorCode::kDecodeFailed);
  CHECK(decoded.errors[0].severity == Severity::kRecoverable);
  // The rest keeps its time: one frame is missing, and its place is not closed.
  CHECK(gaps_in(decoded) == 1);
  CHECK(std::abs(end_of(decoded.chunks.back()).us - 188 * 1024 * 1'000'000LL / 48'000) <= 12);
}

TEST_CASE("ffmpeg_audio_decoder: what cannot be decoded or given out is refused at once") {
  struct Case {
    const char* name;
    const char* codec;
    AudioFormat output;
    ErrorCode code;
  };
  const Case cases[] = {{"unknown codec", "none_such", {48'000, 2}, ErrorCode::kCodecUnsupported},
                        {"no channels", "aac", {48'000, 0}, ErrorCode::kInvalidArgument},
                        {"nine channels", "aac", {48'000, 9}, ErrorCode::kInvalidArgument},
                        {"rate too low", "aac", {7'999, 2}, ErrorCode::kInvalidArgument},
                        {"rate too high", "aac", {192'001, 2}, ErrorCode::kInvalidArgument}};
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    StreamInfo stream;
    stream.kind = TrackKind::kAudio;
    stream.codec = c.codec;
    const DecodedAudio decoded = decode_audio(rig, stream, {}, c.output, 1);
    REQUIRE(decoded.errors.size() == 1);
    CHECK(decoded.errors[0].code == c.code);
  }
}

TEST_CASE("ffmpeg_audio_decoder: destroying it in the middle ends it") {
  if (is_missing("audio.mp4")) return;
  int chunks = 0;
  {
    DecodeRig rig;
    const Audio audio = demux_audio(rig, "audio.mp4");
    std::unique_ptr<AudioDecoder> decoder;
    rig.run([&] {
      auto opened =
          rig.backend.open_audio_decoder(audio.stream, kStereo48, nullptr, rig.executor,
                                         {.on_chunk = [&](const AudioChunk&) { ++chunks; },
                                          .on_room = nullptr,
                                          .on_drained = nullptr,
                                          .on_error = nullptr});
      REQUIRE(opened);
      decoder = *std::move(opened);
      for (std::size_t i = 0; i < 16; ++i) decoder->decode(audio.samples[i], MediaTime{0});
      decoder.reset();
    });
  }
  CHECK(chunks == 0);
}

}  // namespace playhead::test
