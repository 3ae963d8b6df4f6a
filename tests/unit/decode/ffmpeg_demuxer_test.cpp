// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

std::string describe_sample(const EncodedSample& s) {
  return std::to_string(s.stream_index) + ": pts " + std::to_string(s.pts_ticks) + " dts " +
         std::to_string(s.dts_ticks) + " size " + std::to_string(s.data.size()) +
         (s.is_key_frame ? " key" : "");
}

std::string describe_sample(const ProbedPacket& p) {
  return std::to_string(p.stream_index) + ": pts " + std::to_string(p.pts) + " dts " +
         std::to_string(p.dts) + " size " + std::to_string(p.size) + (p.is_key ? " key" : "");
}

template <typename T>
std::vector<std::string> describe_all(const std::vector<T>& samples, int stream_index) {
  std::vector<std::string> lines;
  for (const T& sample : samples) {
    if (sample.stream_index == stream_index) lines.push_back(describe_sample(sample));
  }
  return lines;
}

// The same as ffprobe's, track by track (the order between tracks is not part of the promise).
void check_samples(const Demuxed& demuxed, const std::vector<ProbedPacket>& expected) {
  REQUIRE(!expected.empty());
  CHECK(demuxed.samples.size() == expected.size());
  for (const StreamInfo& stream : demuxed.streams) {
    const auto want = describe_all(expected, stream.stream_index);
    const auto got = describe_all(demuxed.samples, stream.stream_index);
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == want[i]);
  }
}

// Every sample of `part` is in `whole`, from the first of its track on.
void check_prefix(const Demuxed& part, const Demuxed& whole) {
  for (const StreamInfo& stream : whole.streams) {
    const auto want = describe_all(whole.samples, stream.stream_index);
    const auto got = describe_all(part.samples, stream.stream_index);
    REQUIRE(got.size() <= want.size());
    for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == want[i]);
  }
}

std::vector<uint8_t> first_bytes(const std::vector<uint8_t>& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

bool same_bytes(const Demuxed& a, const Demuxed& b) {
  return std::equal(a.samples.begin(), a.samples.end(), b.samples.begin(), b.samples.end(),
                    [](const EncodedSample& x, const EncodedSample& y) {
                      return describe_sample(x) == describe_sample(y) &&
                             x.duration_ticks == y.duration_ticks &&
                             std::equal(x.data.view().begin(), x.data.view().end(),
                                        y.data.view().begin(), y.data.view().end());
                    });
}

}  // namespace

TEST_CASE("ffmpeg_demuxer: samples are ffprobe's, in whatever pieces the bytes arrive") {
  DecodeRig rig;
  for (const char* name : {"video.mp4", "audio.mp4", "av.mp4", "av.ts", "video_hevc.mp4",
                           "video_vp9.mp4", "video_av1.mp4", "audio_opus.mp4"}) {
    CAPTURE(name);
    if (is_missing(name)) continue;
    const std::vector<uint8_t> bytes = media_sample(name);
    const Demuxed whole = demux(rig, bytes);
    CHECK_FALSE(whole.error.has_value());
    CHECK(whole.streams_calls == 1);
    check_samples(whole, probed_packets(name));
    // All bytes were there: a handful of deliveries, not one per sample.
    CHECK(whole.batches <= 12);
    for (const std::size_t piece : {1U, 1024U}) {
      CAPTURE(piece);
      const Demuxed pieces = demux(rig, bytes, piece);
      CHECK_FALSE(pieces.error.has_value());
      CHECK(same_bytes(whole, pieces));
    }
  }
}

TEST_CASE("ffmpeg_demuxer: streams carry what a decoder needs") {
  struct Case {
    const char* name;
    TrackKind kind;
    const char* codec;
    int64_t timescale;
    bool has_config;
    int width;
    int sample_rate;  // 0: the container does not tell
  };
  const Case cases[] = {
      {"video.mp4", TrackKind::kVideo, "h264", 12'800, true, 320, 0},
      {"video_hevc.mp4", TrackKind::kVideo, "hevc", 12'800, true, 320, 0},
      {"audio.mp4", TrackKind::kAudio, "aac", 48'000, true, 0, 48'000},
      {"av.ts", TrackKind::kVideo, "h264", 90'000, false, 0, 0},
      {"av.ts", TrackKind::kAudio, "aac", 90'000, false, 0, 0},
      {"audio.aac", TrackKind::kAudio, "aac", 90'000, false, 0, 0},
      {"audio.mp3", TrackKind::kAudio, "mp3", 90'000, false, 0, 48'000},
      {"audio.ac3", TrackKind::kAudio, "ac3", 90'000, false, 0, 48'000},
      {"audio.eac3", TrackKind::kAudio, "eac3", 90'000, false, 0, 48'000},
  };
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    if (is_missing(c.name)) continue;
    const Demuxed demuxed = demux(rig, media_sample(c.name));
    const StreamInfo* stream = find_stream(demuxed, c.kind);
    REQUIRE(stream);
    CHECK(stream->codec == c.codec);
    CHECK(stream->timescale == c.timescale);
    CHECK(stream->codec_config.empty() != c.has_config);
    CHECK(stream->width == c.width);
    CHECK(stream->sample_rate == c.sample_rate);
  }
}

TEST_CASE("ffmpeg_demuxer: a codec nobody knows is named by its tag") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const std::vector<uint8_t> bytes = media_sample("video.mp4");
  std::string text(bytes.begin(), bytes.end());
  const std::size_t entry = text.find("avc1", text.find("stsd"));
  REQUIRE(entry != std::string::npos);
  text.replace(entry, 4, "zzzz");
  const Demuxed demuxed = demux(rig, bytes_of(text));
  REQUIRE(demuxed.streams.size() == 1);
  CHECK(demuxed.streams[0].codec == "an unknown codec, tag zzzz");
  const auto decoder =
      rig.backend.open_video_decoder(demuxed.streams[0], nullptr, rig.executor, {});
  REQUIRE_FALSE(decoder.has_value());
  CHECK(decoder.error().code == ErrorCode::kCodecUnsupported);
  CHECK(decoder.error().context.find("zzzz") != std::string::npos);
}

TEST_CASE("ffmpeg_demuxer: every sample has a duration, and they add up") {
  struct Case {
    const char* name;
    TrackKind kind;
    int64_t duration_us;
  };
  const Case cases[] = {
      {"video.mp4", TrackKind::kVideo, 4'000'000},
      {"video_vp9.mp4", TrackKind::kVideo, 4'000'000},
      {"av.ts", TrackKind::kVideo, 4'000'000},
      {"audio.mp4", TrackKind::kAudio, 4'021'333},  // the last one is short
      {"av.ts", TrackKind::kAudio, 189 * 1024 * 1'000'000LL / 48'000},
      {"audio.aac", TrackKind::kAudio, 189 * 1024 * 1'000'000LL / 48'000},
      {"audio_44100_mono.aac", TrackKind::kAudio, 174 * 1024 * 1'000'000LL / 44'100}};
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    if (is_missing(c.name)) continue;
    const Demuxed demuxed = demux(rig, media_sample(c.name));
    int64_t ticks = 0;
    for (const EncodedSample& sample : samples_of(demuxed, c.kind)) ticks += sample.duration_ticks;
    const int64_t us = ticks_to_us(ticks, find_stream(demuxed, c.kind)->timescale);
    CHECK(us <= c.duration_us);
    CHECK(us >= c.duration_us - 20);  // whole 90 kHz ticks
  }
}

TEST_CASE("ffmpeg_demuxer: negative composition offsets do not move the picture") {
  if (is_missing("video_cmaf.mp4") || is_missing("video.mp4")) return;
  DecodeRig rig;
  // The same pictures, once with an edit list and once with negative offsets (CMAF).
  const Demuxed with_edit_list = demux(rig, media_sample("video.mp4"));
  const Demuxed with_offsets = demux(rig, media_sample("video_cmaf.mp4"));
  REQUIRE(with_offsets.samples.size() == with_edit_list.samples.size());
  for (std::size_t i = 0; i < with_offsets.samples.size(); ++i) {
    CHECK(with_offsets.samples[i].pts_ticks == with_edit_list.samples[i].pts_ticks);
  }
}

TEST_CASE("ffmpeg_demuxer: the encoder's delay is marked to be skipped") {
  if (is_missing("audio.mp4")) return;
  DecodeRig rig;
  const Demuxed demuxed = demux(rig, media_sample("audio.mp4"));
  REQUIRE(demuxed.samples.size() > 1);
  CHECK(demuxed.samples[0].pts_ticks == -1024);
  CHECK(demuxed.samples[0].skip_start_samples == 1024);
  CHECK(demuxed.samples[1].pts_ticks == 0);
  CHECK(demuxed.samples[1].skip_start_samples == 0);
}

TEST_CASE("ffmpeg_demuxer: packed audio starts at its ID3 time, in 33 bits") {
  if (is_missing("audio.aac")) return;
  struct Case {
    const char* name;
    std::string ticks;
    int64_t first;
    int64_t second;
  };
  using namespace std::string_literals;
  const Case cases[] = {{"ten seconds", "\0\0\0\0\0\x0d\xbb\xa0"s, 900'000, 901'920},
                        {"wraps", "\0\0\0\x01\xff\xff\xff\xff"s, 0x1'ffff'ffff, 1919}};
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string priv = "com.apple.streaming.transportStreamTimestamp\0"s + c.ticks;
    const std::string id3 = "ID3\x04\0\0\0\0\0\x3f"s + "PRIV\0\0\0\x35\0\0"s + priv;
    REQUIRE(id3.size() == 73);
    const Demuxed demuxed = demux(rig, bytes_of(id3) + media_sample("audio.aac"), 50);
    CHECK_FALSE(demuxed.error.has_value());
    REQUIRE(demuxed.samples.size() == 189);
    CHECK(demuxed.samples[0].pts_ticks == c.first);
    CHECK(demuxed.samples[1].pts_ticks == c.second);
  }
}

TEST_CASE("ffmpeg_demuxer: boxes that are none of its business do no harm") {
  if (is_missing("video.mp4")) return;
  DecodeRig rig;
  const std::vector<uint8_t> bytes = media_sample("video.mp4");
  const Demuxed plain = demux(rig, bytes);
  using namespace std::string_literals;
  // An index whose offsets are of another file: one reference of 100 bytes, track 1.
  const std::string sidx = "\0\0\0\x2c"s + "sidx"s + "\0\0\0\0"s + "\0\0\0\x01"s + "\0\0\x32\0"s +
                           "\0\0\0\0\0\0\0\0"s + "\0\0\0\x01"s + "\0\0\0\x64"s + "\0\0\x10\0"s +
                           "\x90\0\0\0"s;
  const std::string unknown = "\0\0\0\x0c"s + "abcd" + "1234";
  for (const std::string& extra : {sidx, unknown, sidx + unknown}) {
    // Behind ftyp and moov, before the first fragment.
    const std::string text(bytes.begin(), bytes.end());
    const std::size_t at = text.find("moof") - 4;
    const Demuxed with_extra = demux(rig, bytes_of(text.substr(0, at) + extra + text.substr(at)));
    CHECK_FALSE(with_extra.error.has_value());
    CHECK(same_bytes(plain, with_extra));
  }
}

TEST_CASE("ffmpeg_demuxer: samples come while the rest of the segment is on its way") {
  struct Case {
    const char* name;
    std::size_t first_bytes;  // holds the first key frame, and far from everything
  };
  DecodeRig rig;
  for (const Case& c :
       {Case{"video.mp4", 20'000}, Case{"av.ts", 30'000}, Case{"audio.aac", 5'000}}) {
    CAPTURE(std::string(c.name));
    if (is_missing(c.name)) continue;
    const std::vector<uint8_t> bytes = media_sample(c.name);
    const auto watched = std::make_shared<Watched<Demuxed>>();
    std::unique_ptr<SegmentDemuxer> demuxer;
    rig.run([&] {
      demuxer = rig.backend.open_demuxer(Container::kUnknown, rig.executor, record_into(watched));
      demuxer->append(SharedBytes(first_bytes(bytes, c.first_bytes)));
    });
    const Demuxed early = watched->wait([](const Demuxed& d) { return !d.samples.empty(); });
    CHECK_FALSE(early.is_over);
    CHECK(early.streams_calls == 1);
    CHECK(early.samples[0].is_key_frame);
    rig.run([&] {
      demuxer->append(
          SharedBytes({bytes.begin() + static_cast<std::ptrdiff_t>(c.first_bytes), bytes.end()}));
      demuxer->finish();
    });
    const Demuxed all = watched->wait([](const Demuxed& d) { return d.is_over; });
    CHECK_FALSE(all.error.has_value());
    CHECK(all.samples.size() > early.samples.size());
    rig.run([&] { demuxer.reset(); });
  }
}

TEST_CASE("ffmpeg_demuxer: a truncated segment gives what was whole, and a typed error") {
  DecodeRig rig;
  for (const char* name : {"video.mp4", "av.mp4", "av.ts", "audio.aac"}) {
    CAPTURE(std::string(name));
    if (is_missing(name)) continue;
    const std::vector<uint8_t> bytes = media_sample(name);
    const Demuxed whole = demux(rig, bytes);
    const std::size_t step = bytes.size() / 61;
    for (std::size_t count = 1; count < bytes.size(); count += step) {
      // Between two packets no one can tell.
      if (std::string(name) == "av.ts" && count % 188 == 0) continue;
      CAPTURE(count);
      const Demuxed part = demux(rig, first_bytes(bytes, count));
      REQUIRE(part.error.has_value());
      // Two bytes are not enough to know what it is.
      if (count > 8) CHECK(part.error->code == ErrorCode::kContainerSyntax);
      check_prefix(part, whole);
    }
  }
}

TEST_CASE("ffmpeg_demuxer: what is no segment is a typed error") {
  struct Case {
    const char* name;
    std::vector<uint8_t> bytes;
    ErrorCode code;
  };
  const std::vector<uint8_t> video = media_sample("video.mp4");
  const std::string text(video.begin(), video.end());
  const std::size_t moof = text.find("moof");
  std::vector<Case> cases = {
      {"nothing", {}, ErrorCode::kContainerSyntax},
      {"HTML", bytes_of("<!DOCTYPE html><html>Not found</html>"), ErrorCode::kContainerUnsupported},
      {"a long text", bytes_of(std::string(100'000, 'x')), ErrorCode::kContainerUnsupported},
      {"zeros", std::vector<uint8_t>(5000, 0), ErrorCode::kContainerUnsupported},
      {"an ID3 tag alone", bytes_of(std::string("ID3\x04\0\0\0\0\0\0", 10)),
       ErrorCode::kContainerSyntax},
      {"a box of impossible size", bytes_of(std::string("\0\0\0\x03moof1234", 12)),
       ErrorCode::kContainerSyntax},
      {"a header box of 1 GiB", bytes_of(std::string("\x40\0\0\0moov1234", 12)),
       ErrorCode::kContainerSyntax},
      {"sync bytes and nothing else", std::vector<uint8_t>(188 * 20, 0x47),
       ErrorCode::kContainerSyntax},
  };
  if (moof != std::string::npos) {
    cases.push_back(
        {"an init segment alone", bytes_of(text.substr(0, moof - 4)), ErrorCode::kContainerSyntax});
    cases.push_back(
        {"no init segment", bytes_of(text.substr(moof - 4)), ErrorCode::kContainerSyntax});
  }
  DecodeRig rig;
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    const Demuxed demuxed = demux(rig, c.bytes);
    REQUIRE(demuxed.error.has_value());
    CHECK(demuxed.error->code == c.code);
    CHECK_FALSE(demuxed.error->context.empty());
    CHECK(demuxed.samples.empty());
  }
}

TEST_CASE("ffmpeg_demuxer: damage anywhere is survived") {
  DecodeRig rig;
  for (const char* name : {"av.mp4", "av.ts", "audio.aac"}) {
    CAPTURE(std::string(name));
    if (is_missing(name)) continue;
    const std::vector<uint8_t> bytes = media_sample(name);
    uint32_t random = 12345;
    for (int round = 0; round < 40; ++round) {
      std::vector<uint8_t> damaged = bytes;
      // The front holds the structure; damage there is the interesting one.
      for (int i = 0; i < 20; ++i) {
        random = random * 1664525 + 1013904223;
        const std::size_t range = i % 2 == 0 ? damaged.size() : 4000;
        damaged[(random >> 8) % range] = static_cast<uint8_t>(random);
      }
      const Demuxed demuxed = demux(rig, damaged, 10'000);
      CHECK(demuxed.is_over);
    }
  }
}

TEST_CASE("ffmpeg_demuxer: destroying it ends everything at any moment") {
  if (is_missing("av.ts")) return;
  const std::vector<uint8_t> bytes = media_sample("av.ts");
  struct Case {
    const char* name;
    std::size_t appended;
    bool is_finished;
  };
  for (const Case& c : {Case{"no bytes yet", 0, false}, Case{"waiting for a packet", 100, false},
                        Case{"in the middle", 200'000, false}, Case{"at the end", 0, true}}) {
    CAPTURE(std::string(c.name));
    const auto watched = std::make_shared<Watched<Demuxed>>();
    Demuxed at_destruction;
    {
      DecodeRig rig;
      std::unique_ptr<SegmentDemuxer> demuxer;
      rig.run([&] {
        demuxer = rig.backend.open_demuxer(Container::kUnknown, rig.executor, record_into(watched));
        if (c.appended > 0) demuxer->append(SharedBytes(first_bytes(bytes, c.appended)));
        if (c.is_finished) demuxer->finish();
      });
      rig.run([&] {
        demuxer.reset();
        at_destruction = watched->get();
      });
    }  // the backend waits for its workers
    const Demuxed after = watched->get();
    CHECK(after.samples.size() == at_destruction.samples.size());
    CHECK(after.is_over == at_destruction.is_over);
  }
}

TEST_CASE("ffmpeg_demuxer: may be destroyed by its own callback") {
  if (is_missing("av.ts")) return;
  const std::vector<uint8_t> bytes = media_sample("av.ts");
  Watched<int> batches;
  DecodeRig rig;
  std::unique_ptr<SegmentDemuxer> demuxer;
  rig.run([&] {
    demuxer = rig.backend.open_demuxer(
        Container::kMpegTs, rig.executor,
        {.on_streams = nullptr,
         .on_samples =
             [&](const std::vector<EncodedSample>&) {
               demuxer.reset();
               batches.change([](int& n) { ++n; });
             },
         .on_metadata = nullptr,
         .on_end = [&](const Result<void>&) { batches.change([](int& n) { n += 100; }); }});
    demuxer->append(SharedBytes(bytes));
    demuxer->finish();
  });
  batches.wait([](int n) { return n > 0; });
  rig.run([] {});
  CHECK(batches.get() == 1);
}

}  // namespace playhead::test
