// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "playhead/time.h"

namespace playhead {

// xs:duration without a sign ("PT1H2M3.5S", "P1DT2H"): manifests have no negative durations. A year
// counts 365 days, a month 30, as there is no date to count from. Anything else, and more than
// 292,000 years, is no value.
[[nodiscard]] std::optional<Duration> parse_iso_duration(std::string_view text);

// "2011-05-05T12:00:00.123Z", also with an offset (+01:00, +0100, +01) or without any zone, which
// is read as UTC (ISO/IEC 23009-1 5.3.1.2). A leap second (:60) is the next second.
[[nodiscard]] std::optional<WallTime> parse_iso_date_time(std::string_view text);

}  // namespace playhead
