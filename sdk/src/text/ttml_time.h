// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "playhead/time.h"

namespace playhead::text {

// How a document counts (TTML2 §7.2: ttp:frameRate, ttp:frameRateMultiplier, ttp:subFrameRate,
// ttp:tickRate), brought to what is needed.
struct TtmlClock {
  // Frames per second as a fraction; both > 0 and below 2^31.
  int64_t frames = 30, frame_seconds = 1;
  int64_t sub_frames = 1;  // of one frame
  int64_t ticks = 1;       // of one second
};

// The clock of a document from its attributes; empty and unreadable ones take TTML2's defaults.
struct TtmlClockAttributes {
  std::string_view frame_rate, frame_rate_multiplier, sub_frame_rate, tick_rate;
};
[[nodiscard]] TtmlClock make_ttml_clock(const TtmlClockAttributes& attributes);

// A time expression (§12.3.1): "00:00:01.5", "00:00:01:12", "00:00:01:12.1", "1.5s", "90m", "3h",
// "1500ms", "37f", "1000t". None: anything else, wall-clock times included.
[[nodiscard]] std::optional<Duration> parse_ttml_time(std::string_view text,
                                                      const TtmlClock& clock);

}  // namespace playhead::text
