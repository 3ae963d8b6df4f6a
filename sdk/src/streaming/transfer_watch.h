// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/throughput_meter.h"
#include "playhead/media.h"
#include "playhead/time.h"
#include "streaming/recent_bytes.h"
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
    // Its media is made while it is sent: for so long from its first byte on it comes as fast as
    // that, whatever the link carries. None: all of it was there.
    std::optional<Duration> made_within;
    std::optional<MonotonicTime> first_byte;
    int64_t bytes = 0;
    bool is_held = false;  // it waits for room
    // Since when it comes as fast as the link carries it, and what was there by then: since its
    // first byte, or since it last waited for room.
    std::optional<MonotonicTime> since = std::nullopt;
    int64_t earlier_bytes = 0;
    RecentBytes recent{};
    MonotonicTime broke{};  // when it last broke off and was asked for again
    // About how many, of a part of a segment all of which is there; none: it is none.
    std::optional<int64_t> part_bytes = std::nullopt;

    [[nodiscard]] bool is_being_made(MonotonicTime now) const {
      return made_within && (!first_byte || now - *first_byte <= *made_within);
    }
  };
  // How long media that is played for `media` takes to be made, at most.
  [[nodiscard]] static Duration most_making(Duration media) { return media + media / 20; }

  explicit TransferWatch(VideoChooser& chooser) : chooser_(chooser) {}

  void begin_video(Receiving receiving) { receiving_ = std::move(receiving); }
  void add_bytes(TrackKind kind, int64_t bytes, MonotonicTime received);
  // `is_at_edge`: see Receiving; `media`: how long what it holds is played.
  // `media` for ever: nothing is known of that.
  void finish(TrackKind kind, const TransferStats& stats, bool is_at_edge = false,
              Duration media = Duration::max());
  // There is no room for what is coming: how slowly it comes says nothing of the link. Then there
  // is again.
  void hold(TrackKind kind, MonotonicTime now);
  void release(TrackKind kind, MonotonicTime now);
  // What was asked for as an announced part is listed by now: all of it is there.
  void note_listed(TrackKind kind, int64_t part_bytes);
  // It broke off and goes on with another request.
  void note_break(TrackKind kind, MonotonicTime now);
  // The link is another one; see abr::Estimator::begin_network().
  void begin_network(Bitrate remembered, MonotonicTime now);
  // It failed or was given up.
  void abandon(TrackKind kind, MonotonicTime now);

  // How often a running transfer is judged: often enough to spare most of a stall, seldom enough to
  // cost nothing.
  static constexpr Duration kJudgeEvery = 100ms;
  // So long what playback waits for may come before it is asked whether it will ever be there
  // (chosen). Less: starts that would have gone well begin twice; more: a longer wait where they do
  // not.
  static constexpr Duration kWaitPatience = 3s;
  // Until when that of the video makes sense next, if nothing else happens.
  [[nodiscard]] Duration judge_in(MonotonicTime now) const;

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
  [[nodiscard]] std::optional<ThroughputSample> unheld(TrackKind kind,
                                                       const TransferStats& stats) const;
  [[nodiscard]] std::optional<ThroughputSample> believable(const ThroughputSample& sample,
                                                           const TransferStats& stats,
                                                           Duration media) const;

  VideoChooser& chooser_;
  ThroughputMeter meter_;
  Bursts bursts_;  // since the last transfer ended
  std::optional<Receiving> receiving_;
};

}  // namespace playhead
