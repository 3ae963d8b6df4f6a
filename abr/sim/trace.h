// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "playhead/result.h"

namespace playhead::abr_sim {

// A recorded network: rows of constant rate, repeated for ever. Times in seconds, sizes in bits.
// Immutable.
class Trace {
 public:
  // CSV `duration_ms,bandwidth_kbps,latency_ms` under a line of titles. Errors: kInvalidArgument
  // for anything that is no such text, or whose rates are all zero.
  static Result<Trace> parse(std::string_view text);
  static Result<Trace> load(const std::string& path);

  // Time to first byte of a request issued at t >= 0.
  [[nodiscard]] double latency(double t) const;
  // Payload rate at t.
  [[nodiscard]] double bps(double t) const;
  // Over the whole recording.
  [[nodiscard]] double mean_bps() const;
  // What a transfer that never stops would have received from 0 to t.
  [[nodiscard]] double bits_until(double t) const;
  // When `bits` have come that began to flow at `t`.
  [[nodiscard]] double finish(double t, double bits) const;

 private:
  [[nodiscard]] std::size_t row_at(double within) const;

  // Sums before each row, and the whole at the end.
  std::vector<double> times_;
  std::vector<double> sums_;
  std::vector<double> bps_;
  std::vector<double> latencies_;
};

// Errors: kInvalidArgument when it cannot be read or is larger than any trace or ladder.
Result<std::string> read_file(const std::string& path);
Result<void> write_file(const std::string& path, const std::string& text);

}  // namespace playhead::abr_sim
