// SPDX-License-Identifier: Apache-2.0
#include "streaming/timeline_mapper.h"

#include <algorithm>

#include "base/decimal.h"

namespace playhead {

namespace {

// 2^33 ticks of 90 kHz in microseconds, rounded down: after a wrap times are off by < 1 us.
constexpr int64_t kTsWrapUs = (int64_t{1} << 33) * 100 / 9;

// Differences up to that are no drift: frames do not end where segments do (an AAC frame lasts 21
// ms). What is more is taken back by so much with each segment: less than half a picture at 50 a
// second, more than rounding to hundredths of a second adds (chosen).
constexpr Duration kNoDrift = 25ms;
constexpr Duration kMostStep = 10ms;

// 73,000 years: what is placed beyond that is placed there, so that sums and differences of a few
// times can always be counted.
constexpr int64_t kFarthestUs = int64_t{1} << 61;

int64_t bounded_sum(int64_t a, int64_t b) {
  const int64_t sum = checked_add(a, b).value_or(a > 0 ? kFarthestUs : -kFarthestUs);
  return std::clamp(sum, -kFarthestUs, kFarthestUs);
}

}  // namespace

std::optional<Duration> TimelineMapper::offset(const Segment& segment,
                                               std::optional<Duration> declared) const {
  if (declared) return declared;
  const auto found = learnt_.find(segment.discontinuity_sequence);
  if (found == learnt_.end()) return std::nullopt;
  return found->second;
}

void TimelineMapper::learn(const Segment& segment, int64_t first_sample_us) {
  const int64_t first = std::clamp(first_sample_us, -kFarthestUs, kFarthestUs);
  learnt_.emplace(segment.discontinuity_sequence, Duration{bounded_sum(segment.start.us, -first)});
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
  MediaTime time{bounded_sum(container_us, offset.count())};
  if (container != Container::kMpegTs) return time;
  constexpr int64_t kHalf = kTsWrapUs / 2;
  const int64_t ahead = bounded_sum(time.us, -segment.start.us);
  if (ahead > kHalf) time.us -= (ahead - kHalf + kTsWrapUs - 1) / kTsWrapUs * kTsWrapUs;
  if (ahead < -kHalf) time.us += (-ahead - kHalf + kTsWrapUs - 1) / kTsWrapUs * kTsWrapUs;
  return time;
}

}  // namespace playhead
