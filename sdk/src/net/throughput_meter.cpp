// SPDX-License-Identifier: Apache-2.0
#include "net/throughput_meter.h"

#include <algorithm>
#include <utility>

namespace playhead {

void ThroughputMeter::advance(MonotonicTime now) {
  if (active_.empty()) {
    last_event_ = now;
  } else if (now > last_event_) {
    busy_ += now - last_event_;
    last_event_ = now;
  }
}

int64_t ThroughputMeter::add_bytes(uint64_t transfer, int64_t bytes, MonotonicTime received) {
  if (bytes <= 0) return 0;  // says nothing of what is on its way
  const bool was_idle = active_.empty();
  advance(received);
  if (was_idle) begin_ = received;
  const bool is_first = active_.count(transfer) == 0;
  Running& running = active_[transfer];
  const MonotonicTime before = std::exchange(running.received, received);
  // Since when the first piece was on its way beside other transfers is unknown.
  if (was_idle || is_first || received <= begin_) return 0;
  if (before < begin_) {
    const double part = to_seconds(received - begin_) / to_seconds(received - before);
    bytes = static_cast<int64_t>(static_cast<double>(bytes) * part);
  }
  running.counted += bytes;
  bytes_ += bytes;
  return bytes;
}

std::optional<ThroughputSample> ThroughputMeter::finish(uint64_t transfer,
                                                        const TransferStats& stats) {
  const auto found = active_.find(transfer);
  if (found == active_.end()) return std::nullopt;  // no body
  const int64_t counted = found->second.counted;
  if (stats.from_cache) bytes_ = std::max<int64_t>(bytes_ - counted, 0);
  const Duration ttfb = stats.first_byte - stats.started;
  const auto sample = end(transfer, stats.finished, ttfb);
  if (sample || stats.from_cache || counted >= kMinSampleBytes) return sample;
  // It came in a piece or two: how fast these came is unknown, but not slower than this.
  const Duration whole = stats.finished - stats.started;
  if (stats.body_bytes < kMinSampleBytes || whole <= Duration{0}) return std::nullopt;
  return ThroughputSample{stats.finished, stats.body_bytes, whole, ttfb};
}

std::optional<ThroughputSample> ThroughputMeter::abandon(uint64_t transfer, MonotonicTime now) {
  if (active_.count(transfer) == 0) return std::nullopt;
  return end(transfer, now, Duration{0});
}

std::optional<ThroughputSample> ThroughputMeter::end(uint64_t transfer, MonotonicTime now,
                                                     Duration ttfb) {
  advance(now);
  active_.erase(transfer);
  std::optional<ThroughputSample> sample;
  const bool is_enough = busy_ > Duration{0} && (bytes_ >= kMinSampleBytes || busy_ >= kLongEnough);
  if (is_enough) sample = ThroughputSample{last_event_, bytes_, busy_, ttfb};
  if (is_enough || active_.empty()) {
    bytes_ = 0;
    busy_ = Duration{0};
    begin_ = now;
  }
  return sample;
}

void ThroughputMeter::hold(uint64_t transfer, MonotonicTime now) {
  advance(now);
  active_.erase(transfer);
}

void ThroughputMeter::begin_link(MonotonicTime now) {
  advance(now);
  bytes_ = 0;
  busy_ = Duration{0};
  begin_ = now;
}

std::optional<ThroughputSample> ThroughputMeter::current(MonotonicTime now) const {
  Duration busy = busy_;
  if (!active_.empty() && now > last_event_) busy += now - last_event_;
  if (bytes_ < kMinSampleBytes || busy <= Duration{0}) return std::nullopt;
  return ThroughputSample{std::max(now, last_event_), bytes_, busy, Duration{0}};
}

}  // namespace playhead
