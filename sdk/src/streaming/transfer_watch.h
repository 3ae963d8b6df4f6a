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
  // `is_at_edge`: see Receiving; `media`: how long what it holds is played.
  void finish(TrackKind kind, const TransferStats& stats, bool is_at_edge = false,
              Duration media = Duration::max());
  // It failed or was given up.
  void abandon(TrackKind kind, MonotonicTime now);

  // Nothing when no video segment is coming.
  [[nodiscard]] const std::optional<Receiving>& receiving() const { return receiving_; }

 private:
  // What came in one go, of media that is made while it is sent: chunks come as fast as the link
  // carries them, with pauses in between.
  struct Bursts {
    MonotonicTime opened;
    std::optional<MonotonicTime> last;
    int64_t bytes = 0;
    Duration busy{0};
  };

  void end(TrackKind kind, const std::optional<ThroughputSample>& sample);
  [[nodiscard]] std::optional<ThroughputSample> believable(const ThroughputSample& sample,
                                                           const TransferStats& stats,
                                                           Duration media) const;

  VideoChooser& chooser_;
  ThroughputMeter meter_;
  Bursts bursts_;  // since the last transfer ended
  std::optional<Receiving> receiving_;
};

}  // namespace playhead
