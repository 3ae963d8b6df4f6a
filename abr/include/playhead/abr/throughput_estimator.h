// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "playhead/bitrate.h"
#include "playhead/time.h"

namespace playhead::abr {

// One stretch of network activity, parallel transfers added up.
struct ThroughputSample {
  int64_t bytes = 0;   // body bytes received in it
  Duration active{0};  // time bytes were flowing: first byte to last, waiting for answers left out
  Duration ttfb{0};    // request to first byte, of the transfer that started it
};

// Exponentially weighted mean whose weights halve with every `half_life` of transfer time, with the
// bias of its start at zero taken out.
class Ewma {
 public:
  explicit Ewma(Duration half_life) : half_life_(half_life) {}
  void add(Duration weight, double value);
  // 0 before the first sample.
  [[nodiscard]] double mean() const;

 private:
  Duration half_life_;
  double sum_ = 0;
  double weight_ = 0;
};

// Estimates what the network will deliver: the lower of a fast and a slow mean, so that a drop is
// believed at once and a rise only when it lasts. Values in, values out: no clock, one thread.
class ThroughputEstimator {
 public:
  ThroughputEstimator();

  // Samples without bytes or time are ignored.
  void add(const ThroughputSample& sample);
  // 0 before the first sample.
  [[nodiscard]] Bitrate estimate() const;
  // Mean time from request to first byte; 0 before the first sample.
  [[nodiscard]] Duration ttfb() const;
  // What an earlier session of the same network measured; counts until real samples outweigh it.
  void seed(Bitrate remembered);

 private:
  Ewma fast_;
  Ewma slow_;
  Ewma ttfb_;
};

}  // namespace playhead::abr
