// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "playhead/time.h"

// Common Media Client Data, version 2 (CTA-5004-B), event mode: what happened in a play. Pure.
namespace playhead {

// Values as the specification has them; what is empty, zero or false is not said, but for `e`, `sn`
// and `ts`.
struct CmcdEvent {
  // "ps" play state, "pr" speed, "bc" bitrate, "m" and "um" muted or not, "b" out of sight or not,
  // "e" error, "t" interval, "rr" an answer was received.
  std::string e;
  WallTime ts;
  int64_t sn = 0;        // in this play, from 0
  std::string cid, sid;  // at most 128 and 64 characters
  std::string sf, st;    // as of CmcdData
  // Of the play: "s" starting, "p" playing, "k" seeking, "r" stalled, "a" paused, "e" ended, "f"
  // failed, "q" given up. (Nothing is told of what is only fetched ahead.)
  std::string sta;
  bool bg = false;                          // out of sight: there is no surface
  double pr = 1;                            // playback rate; 0: it does not play
  std::optional<Duration> pt;               // of the title, on screen
  std::optional<Duration> ltc;              // behind the live edge
  std::optional<Duration> bl_video, bl_audio;  // media buffered
  int64_t br = 0;                           // kbit/s, of the pictures that are fetched
  int64_t pb = 0;                           // the same of those that are shown
  int64_t mtp = 0;                          // kbit/s, measured
  std::optional<Duration> msd;              // load to play; once in a play
  std::optional<Duration> bsd;              // of the stall that is over
  std::string ec;                           // which error
  // Of an answer.
  std::string ot, url;    // as of CmcdData; the URL without secrets
  std::optional<int> rc;  // HTTP status; 0: none came
  std::optional<Duration> d, ttfb, ttlb;
};

// "bl=(21300;v),e=t,…": one line, all keys in alphabetical order, without the line's end.
[[nodiscard]] std::string cmcd_line(const CmcdEvent& event);

}  // namespace playhead
