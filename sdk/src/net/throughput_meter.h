// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "playhead/time.h"
#include "playhead/transport.h"

namespace playhead {

// Bytes that came during `active` time; the time to first byte is kept apart, since it says how far
// the host is, not how wide the link.
struct ThroughputSample {
  MonotonicTime finished;
  int64_t bytes = 0;
  Duration active{0};
  Duration ttfb{0};
};

// Least bytes of a sample. Fewer say more about scheduling than about the link.
inline constexpr int64_t kMinSampleBytes = 16'000;

// Unless they took this long: then little came because the link is slow.
inline constexpr Duration kLongEnough = 1s;

// Measures the link from real transfers. Transfers that run side by side are added up: all their
// bytes over the time in which at least one was receiving. Pure: times are passed in.
//
// A link that was idle is measured from the first bytes on: when they began to come is unknown, so
// they open the time and are not counted. Without that a resource of one piece came infinitely
// fast; beside others they may have been coming since before their time. In the same way a piece
// that was coming when a sample ended counts for the part of its time after that.
class ThroughputMeter {
 public:
  // Body bytes of a transfer; `transfer` is any number the caller gives it. The first call begins
  // its active time. How many of them count.
  int64_t add_bytes(uint64_t transfer, int64_t bytes, MonotonicTime received);
  // The transfer ended well. A sample of all that came since the last one; nothing when that is too
  // little. Bytes from a cache are taken out again.
  std::optional<ThroughputSample> finish(uint64_t transfer, const TransferStats& stats);
  // The transfer failed or was given up; the silence before that counts.
  std::optional<ThroughputSample> abandon(uint64_t transfer, MonotonicTime now);

  // Nobody reads what comes for that transfer: until its next bytes it does not receive.
  void hold(uint64_t transfer, MonotonicTime now);
  // The link is another one: what came so far is of no sample.
  void begin_link(MonotonicTime now);

  // No transfer is receiving.
  [[nodiscard]] bool is_idle() const { return active_.empty(); }
  // What a sample would say now, for judging a transfer that is still running.
  [[nodiscard]] std::optional<ThroughputSample> current(MonotonicTime now) const;

 private:
  void advance(MonotonicTime now);
  std::optional<ThroughputSample> end(uint64_t transfer, MonotonicTime now, Duration ttfb);

  struct Running {
    int64_t counted = 0;     // bytes
    MonotonicTime received;  // the last piece
  };
  std::map<uint64_t, Running> active_;
  MonotonicTime last_event_;  // up to where active time is counted; valid if any is active
  MonotonicTime begin_;       // of the time that is counted since the last sample
  int64_t bytes_ = 0;         // since the last sample
  Duration busy_{0};
};

}  // namespace playhead
