// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/time.h"
#include "support/web.h"

namespace playhead::test {

// A make-believe live title: an encoder that began at some time, and an origin that keeps the last
// of what it made. 25 pictures a second; HLS with separate sound, or an MPD that counts segments.
struct SimLive {
  std::string base_url = "http://live.test/";
  bool is_dash = false;
  int64_t segment_us = 4'000'000;
  // A key frame leads each group. Segments that are not whole groups begin with pictures nobody can
  // decode after a switch: 2 s of 20 frames a group leave a gap of 400 ms there.
  int frames_per_gop = 20;
  int64_t part_us = 0;  // HLS with low latency: parts, blocking reload, delta updates; 0: none
  Duration window = 40s;
  int64_t listed_from = 0;  // HLS: segments before it are not listed
  std::vector<int64_t> bitrates_bps = {400'000, 900'000, 1'800'000};
  bool has_dates = true;  // EXT-X-PROGRAM-DATE-TIME
  int64_t container_start_us = 1'400'000;
  Duration latency_target{0};            // DASH ServiceDescription; 0: none
  std::vector<int64_t> discontinuities;  // HLS: segments before which times of the container jump

  // DASH UTCTiming: scheme and value; "time" of base_url answers each of them.
  std::vector<std::pair<std::string, std::string>> utc_timings;
  Duration clock_ahead{0};                  // the service's clock, of the device's
  std::optional<Duration> date_error = 0s;  // of Date headers; none: there are none
  std::vector<int64_t> gaps;     // HLS: segments that are announced as absent (EXT-X-GAP)
  std::vector<int64_t> missing;  // segments that are listed and are not there
  bool has_hints = false;        // HLS with low latency: EXT-X-PRELOAD-HINT, EXT-X-RENDITION-REPORT
  // DASH with low latency: a segment can be had from its first chunk on and comes as it is made;
  // 0: when it is complete.
  int64_t chunk_us = 0;

  WallTime began;                   // when the first picture was made
  std::optional<WallTime> ends;     // the encoder stops, and says so
  std::optional<WallTime> stops;    // it stops, and nobody says so
  std::optional<WallTime> resumes;  // after `stops`, as if it had not
  int run = 0;                      // of the encoder; another one has other names for segments

  [[nodiscard]] std::string url() const { return base_url + (is_dash ? "live.mpd" : "live.m3u8"); }
  // Nothing for URLs of others. A blocked answer says by its latency when it comes.
  [[nodiscard]] std::optional<WebAnswer> answer(const WebRequest& request, WallTime now) const;
  // Media time (since `began`) made by then.
  [[nodiscard]] int64_t made_us(WallTime now) const;

 private:
  [[nodiscard]] std::string run_prefix() const {
    return run == 0 ? std::string() : "run" + std::to_string(run) + "-";
  }
  [[nodiscard]] std::string multivariant() const;
  [[nodiscard]] WebAnswer playlist(const std::string& prefix, const std::string& query,
                                   WallTime now) const;
  [[nodiscard]] std::string playlist_text(const std::string& prefix, WallTime now,
                                          bool skips) const;
  [[nodiscard]] std::string mpd(WallTime now) const;
  [[nodiscard]] std::optional<std::string> media(const std::string& name, WallTime now) const;
  [[nodiscard]] WebAnswer media_answer(const std::string& name, WallTime now) const;
};

}  // namespace playhead::test
