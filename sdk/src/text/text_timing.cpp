// SPDX-License-Identifier: Apache-2.0
#include "text/text_timing.h"

#include <algorithm>
#include <limits>

#include "base/wide_int.h"

namespace playhead::text {
namespace {

constexpr int64_t kMpegTimescale = 90'000;
constexpr int64_t kWrapTicks = int64_t{1} << 33;

MediaTime moved(MediaTime time, int64_t by) {
  int64_t sum = 0;
  if (portable::add(time.us, by, sum)) return {sum};
  return {by > 0 ? MediaTime::max().us - 1 : std::numeric_limits<int64_t>::min()};
}

// How far a time is from the segment; 0 inside.
Duration distance(MediaTime time, const HlsTextPlace& place) {
  if (time < place.segment_start) return place.segment_start - time;
  if (time > place.segment_end) return time - place.segment_end;
  return Duration{0};
}

}  // namespace

void shift(TextDocument& document, Duration offset) {
  for (Cue& cue : document.cues) {
    cue.start = moved(cue.start, offset.count());
    if (cue.end != MediaTime::max()) cue.end = moved(cue.end, offset.count());
    for (CueSpan& span : cue.spans) {
      if (span.active_from) span.active_from = moved(*span.active_from, offset.count());
    }
  }
  std::erase_if(document.cues, [](const Cue& cue) { return cue.end <= cue.start; });
}

void clip(TextDocument& document, MediaTime start, MediaTime end) {
  for (Cue& cue : document.cues) {
    cue.start = std::max(cue.start, start);
    cue.end = std::min(cue.end, end);
  }
  std::erase_if(document.cues, [](const Cue& cue) { return cue.end <= cue.start; });
}

Duration hls_text_offset(const TextDocument& document, const HlsTextPlace& place) {
  if (document.cues.empty()) return Duration{0};
  const MediaTime first = document.cues.front().start;
  const TimestampMap map = document.timestamp_map.value_or(TimestampMap{});
  // Ticks are converted last, so that whole turns of 2^33 do not round apart.
  const auto offset_by = [&](int64_t turns) {
    const int64_t mpeg_us = ticks_to_us(map.mpeg_ticks + turns * kWrapTicks, kMpegTimescale);
    return Duration{mpeg_us - map.local.us + place.container_offset.count()};
  };
  constexpr int64_t kWrapUs = ticks_to_us(kWrapTicks, kMpegTimescale);
  // The whole turn nearest to the segment, found by division: a document may be off by many.
  const double away = static_cast<double>(place.segment_start.us) -
                      (static_cast<double>(first.us) + static_cast<double>(offset_by(0).count()));
  const double turns = away / static_cast<double>(kWrapUs);
  constexpr double kMostTurns = 90'000;  // of 26.5 hours: as many as 64 bits of microseconds allow
  const auto nearest =
      static_cast<int64_t>(std::clamp(turns, -kMostTurns, kMostTurns) + (turns < 0 ? -0.5 : 0.5));
  const Duration offset = offset_by(nearest);
  const Duration by_rule = distance(moved(first, offset.count()), place);
  if (!document.timestamp_map && by_rule > kFarFromSegment &&
      distance(first, place) <= kFarFromSegment) {
    return Duration{0};
  }
  return offset;
}

}  // namespace playhead::text
