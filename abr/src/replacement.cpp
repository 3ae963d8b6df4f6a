// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/replacement.h"

#include <algorithm>
#include <cmath>

namespace playhead::abr {

namespace {

double quality_of(Bitrate bitrate, const ReplacementInputs& in, double linear_share) {
  const double bps = static_cast<double>(std::max<int64_t>(bitrate.bps, 1));
  const double lowest = static_cast<double>(std::max<int64_t>(in.lowest.bps, 1));
  const double highest = static_cast<double>(std::max<int64_t>(in.highest.bps, 1));
  if (highest <= lowest) return 1;
  return linear_share * bps / highest +
         (1 - linear_share) * std::log(bps / lowest) / std::log(highest / lowest);
}

}  // namespace

std::optional<std::size_t> advise_replacement(const ReplacementInputs& in,
                                              const Settings& settings) {
  if (in.forecast.throughput.bps <= 0 || in.forecast.is_remembered) return std::nullopt;
  const double bps = settings.margin * static_cast<double>(in.forecast.throughput.bps);
  const double better = quality_of(in.chosen, in, settings.linear_share);
  for (std::size_t i = 0; i < in.buffered.size(); ++i) {
    const BufferedSegment& segment = in.buffered[i];
    const double gain = better - quality_of(segment.bitrate, in, settings.linear_share);
    if (gain < settings.replace_min_gain) continue;
    const double bits = in.segment_bytes > 0
                            ? static_cast<double>(in.segment_bytes) * 8
                            : static_cast<double>(std::max<int64_t>(in.chosen.bps, 0)) *
                                  to_seconds(segment.duration);
    const double seconds = bits / bps + to_seconds(in.forecast.ttfb);
    if (to_seconds(segment.starts_in) < settings.replace_keep_s + seconds) continue;
    // While it comes nothing is added at the end.
    if (to_seconds(in.buffer_level) - seconds < settings.guard_s) return std::nullopt;
    return i;
  }
  return std::nullopt;
}

}  // namespace playhead::abr
