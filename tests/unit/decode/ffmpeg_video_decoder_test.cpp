// SPDX-License-Identifier: Apache-2.0
#include "decode/ffmpeg_video_decoder.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

std::vector<int64_t> times_of(const DecodedVideo& decoded) {
  std::vector<int64_t> times;
  for (const VideoFrame& frame : decoded.frames) times.push_back(frame.time.us);
  return times;
}

// Every 40 ms from `first` on: what the samples' 25 pictures a second mean.
std::vector<int64_t> every_40_ms(int64_t first, std::size_t count) {
  std::vector<int64_t> times(count);
  for (std::size_t i = 0; i < count; ++i) times[i] = first + static_cast<int64_t>(i) * 40'000;
  return times;
}

struct Video {
  StreamInfo stream;
  std::vector<EncodedSample> samples;

  [[nodiscard]] MediaTime time(std::size_t i) const {
    return {ticks_to_us(samples[i].pts_ticks, stream.timescale)};
  }
};

Video demux_video(DecodeRig& rig, const char* name) {
  const Demuxed demuxed = demux(rig, media_sample(name));
  const StreamInfo* stream = find_stream(demuxed, TrackKind::kVideo);
  REQUIRE(stream);
  return {*stream, samples_of(demuxed, TrackKind::kVideo)};
}

// A decoder whose pictures are collected with their owners.
struct Player {
  explicit Player(DecodeRig& r, const StreamInfo& stream) : rig(r) {
    rig.run([&] {
      auto opened = rig.backend.open_video_decoder(
          stream, nullptr, rig.executor,
          {.on_frame = [this](VideoFrame f) { got.change([&](Got& g) { g.frames.push_back(f); }); },
           .on_room = [this] { got.change([](Got& g) { ++g.rooms; }); },
           .on_drained = [this] { got.change([](Got& g) { ++g.drains; }); },
           .on_error = [this](Error e) { got.change([&](Got& g) { g.errors.push_back(e); }); }});
      REQUIRE(opened);
      decoder = *std::move(opened);
    });
  }
  ~Player() {
    rig.run([&] { decoder.reset(); });
  }

  struct Got {
    std::vector<VideoFrame> frames;
    std::vector<Error> errors;
    int rooms = 0;
    int drains = 0;
  };
  DecodeRig& rig;
  Watched<Got> got;
  std::unique_ptr<VideoDecoder> decoder;
};

}  // namespace

TEST_CASE("ffmpeg_video_decoder: every picture once, in order, at ffprobe's time") {
  struct Case {
    const char* name;
    int64_t first_us;
  };
  const Case cases[] = {{"video.mp4", 0},     {"video_cmaf.mp4", 0}, {"video_hevc.mp4", 0},
                        {"video_vp9.mp4", 0}, {"video_av1.mp4", 0},  {"video_10bit.mp4", 0},
                        {"av.mp4", 0},        {"av.ts", 1'480'000},  {"video_full_range.mp4", 0}};
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    if (is_missing(c.name)) continue;
    const Video video = demux_video(rig, c.name);
    const DecodedVideo decoded = decode_video(rig, video.stream, video.samples);
    CHECK(decoded.errors.empty());
    CHECK(times_of(decoded) == every_40_ms(c.first_us, 100));
    std::vector<ProbedFrame> probed = probed_frames(c.name);
    std::erase_if(probed, [](const ProbedFrame& frame) { return !frame.is_video; });
    CHECK(probed.size() == decoded.frames.size());
    for (const VideoFrame& frame : decoded.frames) {
      CHECK(frame.duration == 40ms);
      CHECK(frame.width == 320);
      CHECK(frame.height == 180);
      CHECK(frame.format == PixelFormat::kI420);
    }
  }
}

TEST_CASE("ffmpeg_video_decoder: large pictures, decoded by several threads") {
  if (is_missing("video_large.mp4")) return;
  DecodeRig rig;
  const Video video = demux_video(rig, "video_large.mp4");
  CHECK(times_of(decode_video(rig, video.stream, video.samples)) == every_40_ms(0, 25));
  const DecodedVideo shown =
      decode_video(rig, video.stream, video.samples, {.show_from_us = 520'000});
  CHECK(times_of(shown) == every_40_ms(520'000, 12));
  Player player(rig, video.stream);
  rig.run([&] { player.decoder->decode(video.samples[0], video.time(0), true); });
  player.got.wait([](const Player::Got& g) { return g.frames.size() == 1; });
}

TEST_CASE("ffmpeg_video_decoder: other pixel formats come as the same picture in I420") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const Video plain = demux_video(rig, "video.mp4");
  const double expected = decode_video(rig, plain.stream, plain.samples).mean_luma.at(0);
  for (const char* name : {"video_full_range.mp4", "video_10bit.mp4", "video_vp9.mp4"}) {
    CAPTURE(std::string(name));
    if (is_missing(name)) continue;
    const Video video = demux_video(rig, name);
    const DecodedVideo decoded = decode_video(rig, video.stream, video.samples);
    REQUIRE(!decoded.mean_luma.empty());
    CHECK(std::abs(decoded.mean_luma[0] - expected) < 2);
  }
}

TEST_CASE("ffmpeg_video_decoder: pictures before the target are decoded, not shown") {
  DecodeRig rig;
  for (const char* name :
       {"video.mp4", "av.ts", "video_hevc.mp4", "video_vp9.mp4", "video_av1.mp4"}) {
    CAPTURE(std::string(name));
    if (is_missing(name)) continue;
    const Video video = demux_video(rig, name);
    const DecodedVideo all = decode_video(rig, video.stream, video.samples);
    REQUIRE(all.frames.size() == 100);
    for (const std::size_t from : {1U, 13U, 14U, 25U, 60U, 99U}) {
      CAPTURE(from);
      const int64_t target_us = all.frames[from].time.us;
      const DecodedVideo shown =
          decode_video(rig, video.stream, video.samples, {.show_from_us = target_us});
      CHECK(times_of(shown) == every_40_ms(target_us, 100 - from));
      // The same picture as without skipping: what it depends on was decoded.
      REQUIRE(!shown.mean_luma.empty());
      CHECK(shown.mean_luma[0] == doctest::Approx(all.mean_luma[from]));
    }
  }
}

TEST_CASE("ffmpeg_video_decoder: a key frame alone gives its picture at once") {
  DecodeRig rig;
  for (const char* name :
       {"video.mp4", "av.ts", "video_hevc.mp4", "video_vp9.mp4", "video_av1.mp4"}) {
    CAPTURE(std::string(name));
    if (is_missing(name)) continue;
    const Video video = demux_video(rig, name);
    Player player(rig, video.stream);
    rig.run([&] { player.decoder->decode(video.samples[0], video.time(0), true); });
    player.got.wait([](const Player::Got& g) { return g.frames.size() == 1; });
    // The others follow, as many as may be held, it does not come again.
    constexpr std::size_t kHeld = FfmpegVideoDecoder::kMinLiveFrames;
    rig.run([&] {
      for (std::size_t i = 1; i < kHeld; ++i) {
        player.decoder->decode(video.samples[i], video.time(i), true);
      }
      player.decoder->drain();
    });
    const auto got = player.got.wait([](const Player::Got& g) { return g.drains == 1; });
    CHECK(got.errors.empty());
    std::vector<int64_t> expected;
    for (std::size_t i = 0; i < kHeld; ++i) expected.push_back(video.time(i).us);
    std::sort(expected.begin(), expected.end());
    std::vector<int64_t> times;
    for (const VideoFrame& frame : got.frames) times.push_back(frame.time.us);
    CHECK(times == expected);
  }
}

TEST_CASE("ffmpeg_video_decoder: flush forgets, and decoding starts again at a key frame") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const Video video = demux_video(rig, "video.mp4");
  Player player(rig, video.stream);
  rig.run([&] {
    for (std::size_t i = 0; i < 8; ++i) {
      player.decoder->decode(video.samples[i], video.time(i), true);
    }
    player.decoder->flush();
    CHECK(player.decoder->room() == FfmpegVideoDecoder::kMaxQueuedSamples);
    player.got.change([](Player::Got& g) { g.frames.clear(); });
    for (std::size_t i = 50; i < 54; ++i) {
      player.decoder->decode(video.samples[i], video.time(i), true);
    }
    player.decoder->drain();
  });
  auto got = player.got.wait([](const Player::Got& g) { return g.drains == 1; });
  CHECK(got.errors.empty());
  REQUIRE(got.frames.size() == 4);
  CHECK(got.frames[0].time.us == 2'000'000);

  got = {};  // as many as may be held

  // Back in time: the order of times is that of the new generation.
  rig.run([&] {
    player.got.change([](Player::Got& g) { g = {}; });
    player.decoder->flush();
    player.decoder->decode(video.samples[0], video.time(0), true);
    player.decoder->drain();
  });
  const auto back = player.got.wait([](const Player::Got& g) { return g.drains == 1; });
  REQUIRE(back.frames.size() == 1);
  CHECK(back.frames[0].time.us == 0);
}

TEST_CASE("ffmpeg_video_decoder: the queue has a bound, and room is announced") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const Video video = demux_video(rig, "video.mp4");
  Player player(rig, video.stream);
  rig.run([&] {
    CHECK(player.decoder->room() == FfmpegVideoDecoder::kMaxQueuedSamples);
    for (std::size_t i = 0; player.decoder->room() > 0 && i < video.samples.size(); ++i) {
      player.decoder->decode(video.samples[i], video.time(i), true);
    }
  });
  player.got.wait([](const Player::Got& g) { return g.rooms > 0; });
}

TEST_CASE(
    "ffmpeg_video_decoder: only so many pictures are alive, and each may outlive everything") {
  if (is_missing("video.mp4")) return;
  struct Case {
    const char* name;
    int64_t per_second;
    std::size_t most;
  };
  const Case cases[] = {{"10 pictures a second", 10, 4},
                        {"25 pictures a second", 25, 4},
                        {"30 pictures a second", 30, 5},
                        {"60 pictures a second", 60, 8}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    std::vector<VideoFrame> kept;
    std::size_t most_alive = 0;
    {
      DecodeRig rig;
      Video video = demux_video(rig, "video.mp4");
      for (EncodedSample& sample : video.samples) {
        sample.duration_ticks = video.stream.timescale / c.per_second;
      }
      Watched<int> state;  // frames seen; negative: drained
      std::deque<VideoFrame> alive;
      std::size_t next = 0;
      std::unique_ptr<VideoDecoder> decoder;
      const auto feed = [&] {
        while (next < video.samples.size() && decoder->room() > 0) {
          decoder->decode(video.samples[next], video.time(next), true);
          if (++next == video.samples.size()) decoder->drain();
        }
      };
      rig.run([&] {
        auto opened = rig.backend.open_video_decoder(
            video.stream, nullptr, rig.executor,
            {.on_frame =
                 [&](VideoFrame frame) {
                   alive.push_back(std::move(frame));
                   most_alive = std::max(most_alive, alive.size());
                   state.change([](int& n) { ++n; });
                   // When none more can come, one goes: the next must come after it.
                   if (alive.size() < c.most) return;
                   rig.executor.post([&] { alive.pop_front(); });
                 },
             .on_room = feed,
             .on_drained = [&] { state.change([](int& n) { n = -n; }); },
             .on_error = nullptr});
        REQUIRE(opened);
        decoder = *std::move(opened);
        feed();
      });
      CHECK(state.wait([](int n) { return n < 0; }) == -100);
      rig.run([&] {
        decoder.reset();
        kept.assign(alive.begin(), alive.end());
        alive.clear();
      });
    }
    CHECK(most_alive == c.most);
    REQUIRE(!kept.empty());
    for (const VideoFrame& frame : kept) CHECK(mean_luma(frame) > 0);
  }
}

TEST_CASE("ffmpeg_video_decoder: destroying it while it waits for pictures to be dropped") {
  if (is_missing("video.mp4")) return;
  std::vector<VideoFrame> frames;
  {
    DecodeRig rig;
    const Video video = demux_video(rig, "video.mp4");
    Player player(rig, video.stream);
    rig.run([&] {
      for (std::size_t i = 0; i < FfmpegVideoDecoder::kMaxQueuedSamples; ++i) {
        player.decoder->decode(video.samples[i], video.time(i), true);
      }
    });
    frames = player.got
                 .wait([](const Player::Got& g) {
                   return g.frames.size() == FfmpegVideoDecoder::kMinLiveFrames;
                 })
                 .frames;
  }
  CHECK(frames.size() == FfmpegVideoDecoder::kMinLiveFrames);
}

TEST_CASE("ffmpeg_video_decoder: a damaged sample is reported and passed over") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  Video video = demux_video(rig, "video.mp4");
  for (const std::size_t at : {30U, 31U, 32U}) {
    video.samples[at].data = SharedBytes(std::vector<uint8_t>(500, 0xff));
  }
  const DecodedVideo decoded = decode_video(rig, video.stream, video.samples);
  REQUIRE(!decoded.errors.empty());
  CHECK(decoded.errors[0].code == ErrorCode::kDecodeFailed);
  CHECK(decoded.errors[0].severity == Severity::kRecoverable);
  CHECK(decoded.errors[0].detail != 0);
  CHECK(decoded.frames.size() >= 90);
  CHECK(std::is_sorted(decoded.frames.begin(), decoded.frames.end(),
                       [](const VideoFrame& a, const VideoFrame& b) { return a.time < b.time; }));
  CHECK(decoded.frames.back().time.us == 3'960'000);
}

TEST_CASE("ffmpeg_video_decoder: arbitrary bytes are survived") {
  DecodeRig rig;
  for (const char* codec : {"h264", "hevc", "vp9", "av1", "mpeg2video"}) {
    CAPTURE(std::string(codec));
    StreamInfo stream;
    stream.codec = codec;
    uint32_t random = 99;
    std::vector<EncodedSample> samples(20);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      std::vector<uint8_t> bytes(i * 37);
      for (uint8_t& byte : bytes)
        byte = static_cast<uint8_t>((random = random * 1664525 + 7) >> 24);
      samples[i].data = SharedBytes(std::move(bytes));
      samples[i].pts_ticks = static_cast<int64_t>(i) * 40'000;
      samples[i].is_key_frame = i == 0;
    }
    const DecodedVideo decoded = decode_video(rig, stream, samples);
    CHECK(decoded.is_drained);
    CHECK(decoded.frames.empty());
  }
}

TEST_CASE("ffmpeg_video_decoder: a stream that never gives a picture fails once, for good") {
  DecodeRig rig;
  StreamInfo stream;
  stream.codec = "mpeg4";
  std::vector<EncodedSample> samples(200);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].data = SharedBytes(std::vector<uint8_t>(100, 0x55));
    samples[i].pts_ticks = static_cast<int64_t>(i) * 40'000;
    samples[i].is_key_frame = true;
  }
  const DecodedVideo decoded = decode_video(rig, stream, samples);
  CHECK(decoded.frames.empty());
  REQUIRE(decoded.errors.size() == 2);
  CHECK(decoded.errors[0].severity == Severity::kRecoverable);
  CHECK(decoded.errors[1].severity == Severity::kFatal);
  CHECK(decoded.errors[1].code == ErrorCode::kDecodeFailed);
}

TEST_CASE("ffmpeg_video_decoder: what cannot be decoded is refused at once") {
  DecodeRig rig;
  StreamInfo stream;
  stream.codec = "none_such";
  const DecodedVideo decoded = decode_video(rig, stream, {});
  REQUIRE(decoded.errors.size() == 1);
  CHECK(decoded.errors[0].code == ErrorCode::kCodecUnsupported);
}

}  // namespace playhead::test
