// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace playhead::test {

// A make-believe title: an HLS multivariant playlist with separate sound, and all it refers to.
struct SimTitle {
  std::string base_url = "http://cdn.test/title/";
  int segments = 30;
  int64_t segment_us = 4'000'000;
  std::vector<int64_t> bitrates_bps = {400'000, 900'000, 1'800'000, 3'500'000};
  int64_t audio_bps = 128'000;
  bool has_audio = true;
  std::vector<std::string> hdcp_levels;  // HDCP-LEVEL of each bitrate; empty: none is declared
  std::string video_codec = "avc1.64001f";
  int extra_audio_segments = 0;  // sound goes on after the pictures
  // Container time of the first sample, as MPEG-TS muxers like to start late.
  int64_t container_start_us = 1'400'000;

  [[nodiscard]] std::string url() const { return base_url + "master.m3u8"; }
  [[nodiscard]] int64_t duration_us() const { return segments * segment_us; }
  // The body for a URL of this title; nothing for any other.
  [[nodiscard]] std::optional<std::string> body(const std::string& url) const;

 private:
  [[nodiscard]] std::string multivariant() const;
  [[nodiscard]] std::string media_playlist(const std::string& prefix) const;
  [[nodiscard]] std::optional<std::string> segment(const std::string& name) const;
};

}  // namespace playhead::test
