// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/throughput_meter.h"
#include "playhead/media.h"
#include "playhead/time.h"
#include "streaming/video_chooser.h"

namespace playhead {

// Follows the segments that are being received, one a track, and tells the bitrate rules how fast
// they come. Engine thread.
class TransferWatch {
 public:
  // The video segment that is coming.
  struct Receiving {
    std::string id;           // of its Representation
    std::string previous_id;  // of the segment before
    MediaTime from;           // where it begins
    // Its media is made while it is sent: it comes as fast as that, whatever the link carries.
    bool is_at_edge = false;
    std::optional<MonotonicTime> first_byte;
    int64_t bytes = 0;
  };

  explicit TransferWatch(VideoChooser& chooser) : chooser_(chooser) {}

  void begin_video(Receiving receiving) { receiving_ = std::move(receiving); }
  void add_bytes(TrackKind kind, int64_t bytes, MonotonicTime received);
  // `is_at_edge`: see Receiving.
  void finish(TrackKind kind, const TransferStats& stats, bool is_at_edge = false);
  // It failed or was given up.
  void abandon(TrackKind kind, MonotonicTime now);

  // Nothing when no video segment is coming.
  [[nodiscard]] const std::optional<Receiving>& receiving() const { return receiving_; }

 private:
  void end(TrackKind kind, const std::optional<ThroughputSample>& sample);

  VideoChooser& chooser_;
  ThroughputMeter meter_;
  std::optional<Receiving> receiving_;
};

}  // namespace playhead
