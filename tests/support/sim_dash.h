// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace playhead::test {

// One video Representation of a SimPeriod; each may be cut in its own way.
struct SimRung {
  int64_t bps = 900'000;
  int64_t segment_us = 4'000'000;
};

struct SimPeriod {
  int64_t duration_us = 20'000'000;
  std::vector<SimRung> video = {SimRung()};     // empty: no pictures
  std::vector<std::string> languages = {"en"};  // an AdaptationSet of sound each; empty: none
  // Subtitles, an AdaptationSet each: one WebVTT file for the Period with the cue "p0 en" (Period
  // and language) from its 2nd to its 4th second, and one from its 10th to its end, "p0 en end".
  std::vector<std::string> subtitles = {};
  std::string events = {};  // EventStream elements
  bool is_muxed = false;    // sound inside the segments of the pictures
  bool is_encrypted = false;
  bool has_previews = false;  // thumbnails, and pictures and sound for trick play
  // They can be had: tiles of ten pictures; a key frame for each second, eight in a segment.
  bool serves_previews = false;
  std::string video_codec = "avc1.64001f";
  int64_t container_start_us = 0;  // @presentationTimeOffset: times of the container begin there
  int64_t overrun_us = 0;          // media goes on so long after the Period's end
  int first_key_frame = 0;         // frames before the first key frame of each segment
};

// A make-believe DASH title: an MPD and the segments it refers to. 25 pictures a second.
struct SimDash {
  std::string base_url = "http://cdn.test/dash/";
  std::vector<SimPeriod> periods = {SimPeriod()};

  [[nodiscard]] std::string url() const { return base_url + "title.mpd"; }
  [[nodiscard]] int64_t duration_us() const;
  // The body for a URL of this title; nothing for any other.
  [[nodiscard]] std::optional<std::string> body(const std::string& url) const;

 private:
  [[nodiscard]] std::string mpd() const;
  [[nodiscard]] std::optional<std::string> segment(const std::string& name) const;
};

}  // namespace playhead::test
