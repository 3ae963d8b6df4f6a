// SPDX-License-Identifier: Apache-2.0
#include "streaming/timeline_mapper.h"

#include <algorithm>

namespace playhead {

namespace {

// 2^33 ticks of 90 kHz in microseconds, rounded down: after a wrap times are off by < 1 us.
constexpr int64_t kTsWrapUs = (int64_t{1} << 33) * 100 / 9;

// Differences up to that are no drift: frames do not end where segments do (an AAC frame lasts 21
// ms). What is more is taken back by so much with each segment: less than half a picture at 50 a
// second, more than rounding to hundredths of a second adds (chosen).
constexpr Duration kNoDrift = 25ms;
constexpr Duration kMostStep = 10ms;

}  // namespace

std::optional<Duration> TimelineMapper::offset(const Segment& segment,
                                               std::optional<Duration> declared) const {
  if (declared) return declared;
  const auto found = learnt_.find(segment.discontinuity_sequence);
  if (found == learnt_.end()) return std::nullopt;
  return found->second;
}

void TimelineMapper::learn(const Segment& segment, int64_t first_sample_us) {
  learnt_.emplace(segment.discontinuity_sequence, Duration{segment.start.us - first_sample_us});
}

void TimelineMapper::follow(const Segment& segment, MediaTime first) {
  const auto found = learnt_.find(segment.discontinuity_sequence);
  if (found == learnt_.end()) return;
  const Duration drift = segment.start - first;
  if (drift > kNoDrift) found->second += std::min(drift - kNoDrift, kMostStep);
  if (drift < -kNoDrift) found->second -= std::min(-drift - kNoDrift, kMostStep);
}

MediaTime TimelineMapper::map(int64_t container_us, Duration offset, const Segment& segment,
                              Container container) {
  MediaTime time{container_us + offset.count()};
  if (container != Container::kMpegTs) return time;
  while (time.us - segment.start.us > kTsWrapUs / 2) time.us -= kTsWrapUs;
  while (segment.start.us - time.us > kTsWrapUs / 2) time.us += kTsWrapUs;
  return time;
}

}  // namespace playhead
