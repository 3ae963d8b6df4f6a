// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Small real media files made by tests/support/make-media-samples during the build, and what
// ffprobe says about them.
namespace playhead::test {

struct ProbedPacket {
  int stream_index = 0;
  int64_t pts = 0;  // ticks; missing ones are kNoTime
  int64_t dts = 0;
  int64_t size = 0;
  bool is_key = false;
};
inline constexpr int64_t kNoTime = INT64_MIN;

struct ProbedFrame {
  bool is_video = false;
  int stream_index = 0;
  int64_t pts_us = 0;
  int64_t audio_samples = 0;
};

// Empty when the file was not made: no ffmpeg CLI, or one without that encoder.
[[nodiscard]] std::vector<uint8_t> media_sample(const std::string& name);
[[nodiscard]] std::vector<ProbedPacket> probed_packets(const std::string& name);
[[nodiscard]] std::vector<ProbedFrame> probed_frames(const std::string& name);

// Whole file, empty when it cannot be read.
[[nodiscard]] std::vector<uint8_t> read_file(const std::string& path);

}  // namespace playhead::test
