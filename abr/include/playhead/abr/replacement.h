// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "playhead/abr/settings.h"
#include "playhead/abr/throughput.h"
#include "playhead/bitrate.h"
#include "playhead/time.h"

namespace playhead::abr {

// A segment that is buffered and not yet shown.
struct BufferedSegment {
  Duration starts_in{0};  // media until its first picture is due
  Duration duration{0};
  Bitrate bitrate;  // of the Representation it came from
  friend bool operator==(const BufferedSegment&, const BufferedSegment&) = default;
};

struct ReplacementInputs {
  std::span<const BufferedSegment> buffered;  // in order of play
  Bitrate lowest, highest;                    // of the ladder
  Bitrate chosen;                             // what the rules would fetch now
  int64_t segment_bytes = 0;                  // of one segment at `chosen`; 0 = bitrate x duration
  Forecast forecast;
  Duration buffer_level{0};
};

// After a step up: should the low segments that are still buffered be fetched again, before the
// next one at the end? The first that pays, in order of play; fetch it, then ask again. Nothing
// when the gain is small, when it would not be there in time, or when the buffer would fall so low
// that the margin must hold (Settings::guard_s).
[[nodiscard]] std::optional<std::size_t> advise_replacement(const ReplacementInputs& in,
                                                            const Settings& settings);

}  // namespace playhead::abr
