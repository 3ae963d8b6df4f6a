// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "playhead/abr/settings.h"
#include "playhead/bitrate.h"
#include "playhead/time.h"

// What the network will deliver, judged from what it has delivered. Values in, values out: no
// clock, one thread.
namespace playhead::abr {

// One finished transfer, or a stretch of several that ran side by side: then all their bytes over
// the time in which at least one was receiving.
struct TransferSample {
  int64_t bytes = 0;   // body bytes received
  Duration active{0};  // first byte to last; the wait before the first byte is not in it
  Duration ttfb{0};    // request to first byte
  bool is_from_cache = false;
  // The sender or the reader, not the link, set the pace (a live segment still being made, a paused
  // reader): says how little came, not how much could have.
  bool is_application_limited = false;
};

// A part of a running transfer: what came during `active`.
struct ProgressSample {
  int64_t bytes = 0;
  Duration active{0};
};

// Fewer bytes than this say more about scheduling than about the link.
inline constexpr int64_t kMinTransferBytes = 16'000;

// Cached, tiny and application-limited transfers tell nothing about the link.
[[nodiscard]] bool is_usable(const TransferSample& sample);

// What the next transfer is expected to find. Whole numbers, so that a logged forecast is the same
// forecast when it is read back.
struct Forecast {
  Bitrate throughput;  // the middle of what is expected; 0 = nothing is known
  Duration ttfb{0};    // expected wait before the first byte
  // How far off it may be: standard deviation of the error of the natural logarithm, in 1/1000.
  int32_t spread_permille = 0;
  // Mean change of the logarithm from one second of transfer to the next, in 1/1000. Links that
  // jump about (radio) also go silent now and then; steady ones hardly do.
  int32_t volatility_permille = 0;
  // From an earlier session of the same network; nothing was measured in this one.
  bool is_remembered = false;
  friend bool operator==(const Forecast&, const Forecast&) = default;
};

class Estimator {
 public:
  virtual ~Estimator() = default;
  // Unusable samples are ignored.
  virtual void add(const TransferSample& sample) = 0;
  // Optional, in order of arrival: refines the volatility. Not a replacement for add().
  virtual void add_progress(const ProgressSample& sample) = 0;
  // Remembered throughput; counts until transfers outweigh it. Ignored after the first sample.
  virtual void seed(Bitrate remembered) = 0;
  // From here on it is another network's transfers. `remembered`: of that one, as for seed(); 0:
  // nothing is, and what the one before carried counts for little until the next transfer, which
  // takes its place.
  virtual void begin_network(Bitrate remembered) = 0;
  [[nodiscard]] virtual Forecast forecast() const = 0;
};

enum class EstimatorKind : uint8_t {
  kForecast,         // level of the log throughput; the default
  kDualEwma,         // lower of a fast and a slow mean over transfer time
  kHarmonicMean,     // of the last requests, waiting included
  kSlidingQuantile,  // weighted median of the last transfers
};

[[nodiscard]] std::unique_ptr<Estimator> make_estimator(EstimatorKind kind,
                                                        const Settings& settings);

}  // namespace playhead::abr
