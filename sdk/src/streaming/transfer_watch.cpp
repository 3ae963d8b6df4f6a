// SPDX-License-Identifier: Apache-2.0
#include "streaming/transfer_watch.h"

#include <algorithm>

namespace playhead {

void TransferWatch::add_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) {
  chooser_.add_bytes(bytes, received, !meter_.is_idle());
  meter_.add_bytes(static_cast<uint64_t>(kind), bytes, received);
  if (kind != TrackKind::kVideo || !receiving_) return;
  if (!receiving_->first_byte) receiving_->first_byte = received;
  receiving_->bytes += bytes;
}

void TransferWatch::finish(TrackKind kind, const TransferStats& stats, bool is_at_edge) {
  auto sample = meter_.finish(static_cast<uint64_t>(kind), stats);
  // It says of the link only that it carries at least that.
  if (sample && is_at_edge) {
    const double bps =
        static_cast<double>(sample->bytes) * 8 / std::max(to_seconds(sample->active), 1e-3);
    if (bps <= static_cast<double>(chooser_.throughput().bps)) sample.reset();
  }
  end(kind, sample);
}

void TransferWatch::abandon(TrackKind kind, MonotonicTime now) {
  end(kind, meter_.abandon(static_cast<uint64_t>(kind), now));
}

void TransferWatch::end(TrackKind kind, const std::optional<ThroughputSample>& sample) {
  if (sample) chooser_.add(*sample);
  if (kind == TrackKind::kVideo) receiving_.reset();
}

}  // namespace playhead
