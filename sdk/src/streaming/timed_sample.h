// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "playhead/events.h"
#include "playhead/media.h"
#include "playhead/time.h"

namespace playhead {

// Where samples come from; shared by all samples of one stream of one Segment.
struct SampleOrigin {
  StreamInfo stream;
  RepresentationInfo representation;
  SwitchReason reason = SwitchReason::kInitial;
  uint64_t transfer = 0;  // which fetch of which Segment; unique within a play
  MediaTime segment_start;
  // What it holds before that time has come from another Segment.
  MediaTime shown_from = {std::numeric_limits<int64_t>::min()};
};

// An access unit placed on the presentation timeline.
struct TimedSample {
  EncodedSample sample;
  MediaTime pts;
  MediaTime dts;
  Duration duration{0};
  // Needed as a reference, but what it shows has been shown already.
  bool decode_only = false;
  bool was_read = false;  // SampleQueue: some decoder was given it
  std::shared_ptr<const SampleOrigin> origin;

  [[nodiscard]] MediaTime end() const { return pts + duration; }
};

}  // namespace playhead
