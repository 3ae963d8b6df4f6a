// SPDX-License-Identifier: Apache-2.0
#include "streaming/transfer_watch.h"

namespace playhead {

void TransferWatch::add_bytes(TrackKind kind, int64_t bytes, MonotonicTime received) {
  chooser_.add_bytes(bytes, received, !meter_.is_idle());
  meter_.add_bytes(static_cast<uint64_t>(kind), bytes, received);
  if (kind != TrackKind::kVideo || !receiving_) return;
  if (!receiving_->first_byte) receiving_->first_byte = received;
  receiving_->bytes += bytes;
}

void TransferWatch::finish(TrackKind kind, const TransferStats& stats) {
  end(kind, meter_.finish(static_cast<uint64_t>(kind), stats));
}

void TransferWatch::abandon(TrackKind kind, MonotonicTime now) {
  end(kind, meter_.abandon(static_cast<uint64_t>(kind), now));
}

void TransferWatch::end(TrackKind kind, const std::optional<ThroughputSample>& sample) {
  if (sample) chooser_.add(*sample);
  if (kind == TrackKind::kVideo) receiving_.reset();
}

}  // namespace playhead
