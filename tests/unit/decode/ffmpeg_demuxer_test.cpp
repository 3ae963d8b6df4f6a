// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/media_samples.h"
#include "unit/decode/decode_rig.h"

namespace playhead::test {

namespace {

// Skips by name what this machine's ffmpeg CLI could not make.
bool is_missing(const std::string& name) {
  if (!media_sample(name).empty()) return false;
  MESSAGE("skipped, not made by the ffmpeg CLI: " << name);
  return true;
}

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
    for (const std::size_t piece : {1U, 1024U}) {
      CAPTURE(piece);
      const Demuxed pieces = demux(rig, bytes, piece);
      CHECK_FALSE(pieces.error.has_value());
      CHECK(same_bytes(whole, pieces));
    }
  }
}

}  // namespace playhead::test
