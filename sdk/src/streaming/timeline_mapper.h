// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "playhead/media.h"
#include "playhead/segment_index.h"
#include "playhead/time.h"

namespace playhead {

// Places container times on the presentation timeline; one for all tracks of a play. DASH declares
// the offset; in HLS the first sample of a discontinuity sequence tells it, for every track
// (RFC 8216 §3: matching timestamps). Engine thread.
class TimelineMapper {
 public:
  // The offset for samples of `segment`: `declared` when the manifest says it, else what was learnt
  // for its discontinuity sequence; nothing when neither is known yet.
  [[nodiscard]] std::optional<Duration> offset(const Segment& segment,
                                               std::optional<Duration> declared) const;

  // HLS: the first sample of `segment` has this container time.
  void learn(const Segment& segment, int64_t first_sample_us);

  // Live HLS: the first picture of `segment` was placed at `first`. EXTINF is rounded, and a day of
  // it adds up to seconds: what comes is moved a little towards where the playlist says it is.
  void follow(const Segment& segment, MediaTime first);

  // Presentation time of a container time. MPEG-TS times wrap every 2^33 / 90 kHz (ISO/IEC 13818-1
  // §2.4.3.7): of all candidates the one nearest to the segment is meant. Within 73,000 years of 0.
  [[nodiscard]] static MediaTime map(int64_t container_us, Duration offset, const Segment& segment,
                                     Container container);

 private:
  std::map<uint64_t, Duration> learnt_;  // by discontinuity sequence
};

}  // namespace playhead
