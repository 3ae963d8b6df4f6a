// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "playhead/bitrate.h"
#include "playhead/time.h"

namespace playhead {

// When the steps before the first frame were done, since load(). None: not done (yet), or not
// needed; 0: prepare() had done it before.
struct StartupPhases {
  std::optional<Duration> session;     // the service has answered; a plain URL needs none
  std::optional<Duration> manifest;    // the manifest is read
  std::optional<Duration> license;     // the first DRM licence is there
  std::optional<Duration> first_byte;  // of an InitSegment or segment
  int64_t bytes = 0;                   // body bytes received up to the first frame
};

// Quality of experience of one play, from load to now or its end.
struct QoeSummary {
  // Load to first frame, without pictures to first sound; none when there was none.
  std::optional<Duration> startup;
  // First frame to the moment playback first ran. With `startup`, what the viewer waited for.
  Duration start_wait{0};
  Duration play_time{0};  // time spent in kPlaying
  int rebuffer_count = 0;
  Duration rebuffer_time{0};
  // Declared bitrate of the video shown, weighted by play time; 0 when none is declared.
  Bitrate mean_bitrate;
  int switches = 0;            // changes of the Representation shown, within a Period
  int64_t dropped_frames = 0;  // decoded too late to be shown
  int64_t shown_frames = 0;
  int64_t bytes = 0;  // body bytes received, manifests included
  // Of these, bytes of pictures and sound that no decoder was given and none will be: transfers
  // given up, segments another one took the place of, what seeks threw away; in the Summary of a
  // play also what was still buffered. What is fetched twice counts once.
  int64_t wasted_bytes = 0;
  bool is_offline = false;  // a download was played: `bytes` came from the disk
  StartupPhases phases;
  int errors = 0;  // Warning and Failed events
  // Of the time playback was wanted once it had begun, what was spent in kRebuffering; 0..1.
  [[nodiscard]] double rebuffer_ratio() const {
    const Duration wanted = play_time + rebuffer_time;
    return wanted > Duration{0} ? to_seconds(rebuffer_time) / to_seconds(wanted) : 0;
  }
};

}  // namespace playhead
