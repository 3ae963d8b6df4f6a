// SPDX-License-Identifier: Apache-2.0
#include "net/server_clock.h"

#include <algorithm>
#include <utility>

namespace playhead {

namespace {

// How far two ordinary clocks may drift apart: 200 ppm, twice what phones are built to. Larger: the
// estimate forgets good samples sooner. Smaller: it trusts old ones too long.
constexpr int64_t kDriftPerMillion = 200;

}  // namespace

ServerClock::Bounds ServerClock::aged(MonotonicTime now) const {
  Bounds bounds = *bounds_;
  const Duration age = std::max(now - bounds.at, Duration{0});
  const Duration drift = age / 1'000'000 * kDriftPerMillion + Duration{1};
  bounds.low -= drift;
  bounds.high += drift;
  bounds.at = std::max(now, bounds.at);
  return bounds;
}

void ServerClock::observe(const DateSample& sample) {
  if (sample.received < sample.sent) return;
  take(sample);
  watchers_.tell(sample);
}

CancelHandle ServerClock::watch(UniqueFunction<void(const DateSample&)> watcher) {
  return watchers_.add(std::move(watcher));
}

void ServerClock::take(const DateSample& sample) {
  // The answer was made between `sent` and `received`, when the service's clock showed a time in
  // [date, date + resolution).
  const Bounds fresh{Duration{sample.date.us - sample.received.us},
                     Duration{sample.date.us - sample.sent.us} + sample.resolution,
                     sample.received};
  const std::lock_guard lock(mutex_);
  round_trip_ = sample.received - sample.sent;
  if (!bounds_) {
    bounds_ = fresh;
    return;
  }
  const Bounds known = aged(sample.received);
  const Bounds both{std::max(known.low, fresh.low), std::min(known.high, fresh.high), known.at};
  // No overlap: one of the clocks was set or slept. What comes later is right.
  bounds_ = both.low <= both.high ? both : fresh;
}

ServerClock::Reading ServerClock::read(MonotonicTime now, WallTime device) const {
  const std::lock_guard lock(mutex_);
  if (!bounds_) return {device, device, false, {}};
  const Duration offset = bounds_->low + (bounds_->high - bounds_->low) / 2;
  return {WallTime{now.us + offset.count()}, WallTime{now.us + bounds_->low.count()}, true,
          round_trip_};
}

}  // namespace playhead
