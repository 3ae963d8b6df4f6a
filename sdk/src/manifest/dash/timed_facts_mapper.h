// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "manifest/dash/mpd.h"
#include "playhead/live.h"
#include "playhead/presentation.h"

namespace playhead::dash {

// What a dynamic MPD says about itself: clocks, latency, where to refresh from.
[[nodiscard]] LiveInfo live_info_of(const Mpd& mpd);

// The Events of one Period's EventStreams on the presentation timeline, in document order.
void map_events(const std::vector<EventStream>& streams, MediaTime period_start,
                std::vector<TimedEvent>& out, int& warnings);

// ProducerReferenceTimes (5.12) of a Representation whose timescale and media_offset are known.
void map_reference_times(const std::vector<ProducerReferenceTime>& sources, int64_t timescale,
                         Duration media_offset, std::vector<playhead::ProducerReferenceTime>& out,
                         int& warnings);

[[nodiscard]] ContentSteering steering_of(const Mpd& mpd);

}  // namespace playhead::dash
