// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "playhead/bitrate.h"
#include "playhead/config.h"
#include "playhead/time.h"

// Pure: when a track fetches, when playback may start, and what fits in the memory there is.
namespace playhead {

// Part of the memory that is left to separate sound: pictures must not keep it out. More: fewer
// pictures; less: sound of the highest bitrates has not got a second.
inline constexpr int64_t kSoundShare = 8;

// So much ahead is let in whatever it weighs: the least that playback can begin with (chosen).
// More: heavy titles hold more than they may; less: they stop at every breath of the network.
inline constexpr Duration kLeastAhead = 500ms;

// Up to which bitrate enough of the pictures fits in the memory to outlast what a link that becomes
// slow costs.
[[nodiscard]] Bitrate bitrate_held_in(const BufferingConfig& config);

struct FetchInputs {
  Duration level{0};           // media ahead of the position, this track
  Duration other_level{0};     // the least of the other tracks still fetching; level if none
  int64_t buffered_bytes = 0;  // all tracks
  double speed = 1.0;          // media seconds played per second
  Duration next{0};            // about how long what would be fetched is; 0: not known
};

struct FetchDecision {
  bool fetch = false;
  // When not: how long until asking again makes sense, if nothing else happens first.
  Duration wait{0};
};

[[nodiscard]] FetchDecision decide_fetch(const FetchInputs& in, const BufferingConfig& config);

struct TrackRoom {
  Duration level{0};          // media ahead of the position
  bool is_held_back = false;  // what is coming waits for room, or nothing more is to be had
};

// Whether waiting brings no more: what playback would wait for is held back. While it has less than
// kLeastAhead it will come whatever it weighs, and is not worth to begin with.
[[nodiscard]] bool is_full(std::span<const TrackRoom> tracks);

struct PlayInputs {
  bool is_first_frame_ready = false;
  bool after_rebuffer = false;
  // Media ahead of the position; tracks that have been fetched to their end count as full.
  Duration least_level{0};
  bool is_full = false;  // nothing is won by waiting
};

// Whether playback may start or go on.
[[nodiscard]] bool may_play(const PlayInputs& in, const BufferingConfig& config);

}  // namespace playhead
