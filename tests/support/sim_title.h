// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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
  // Subtitles, a Rendition each, as WebVTT segments with X-TIMESTAMP-MAP. A cue of two seconds
  // begins with each second that can be divided by four: "en 8" from 8 s to 10 s.
  std::vector<std::string> subtitles;
  std::vector<std::string> forced_subtitles;  // the same, for those who want none: "forced en 8"
  std::vector<std::string> captions;          // languages of CC1, CC2 … inside the pictures
  // Names that have such a text in them have that body.
  std::vector<std::pair<std::string, std::string>> spoilt;
  std::vector<std::string> date_ranges;  // lines of every media playlist
  std::vector<std::string> hdcp_levels;  // HDCP-LEVEL of each bitrate; empty: none is declared
  // I-frame playlists of two bitrates, a key frame every two seconds, a file each: "k0-3.seg".
  bool has_iframes = false;
  // Image playlist: a file "g0-3.jpg" for every 20 s, five times two pictures of 160 × 90.
  bool has_thumbnails = false;
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
  [[nodiscard]] std::string text_segment(const std::string& words, int number) const;
  [[nodiscard]] std::string preview_playlist(const std::string& prefix) const;
  [[nodiscard]] std::string media_playlist(const std::string& prefix) const;
  [[nodiscard]] std::optional<std::string> segment(const std::string& name) const;
};

}  // namespace playhead::test
