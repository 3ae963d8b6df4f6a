// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "playhead/error.h"
#include "playhead/time.h"
#include "streaming/track_stream.h"

namespace playhead {

// What has gone wrong with parts of low latency, in a row, and until when they are left alone.
struct PartTrouble {
  int failures = 0, wrong_hints = 0;
  MediaTime failed_at;  // start of the one that failed last
  MonotonicTime no_parts_before, no_hints_before;
};

// A track of a StreamingEngine with what has gone wrong with it lately.
struct FetchedTrack {
  // A playlist that could not be had is not asked for again sooner while another Representation
  // plays (chosen). Longer: what was broken for a moment is missed; shorter: requests for nothing.
  static constexpr Duration kIndexRest = 30s;

  std::unique_ptr<TrackStream> stream;
  std::size_t period = 0;
  // A later Period, where the track stood before an older state of the manifest took it back.
  std::optional<std::size_t> reached;
  bool is_complete = false;
  std::optional<Error> blocked;  // why the Period that comes next cannot be played
  // The last Periods passed over held nothing for it up to there.
  MediaTime nothing_until;
  std::optional<uint64_t> last_number;  // of the last segment planned
  std::string last_id;                  // its Representation
  // HLS: what the last segment needs, asked for.
  std::shared_ptr<const SegmentKeys> required;
  bool begins = false;    // decoding begins with what is fetched next
  // Within a segment another Representation is begun: its parts come too slowly.
  bool leaves_segment = false;
  std::string wanted_id;  // the Representation whose index is waited for
  // About the segment that failed last.
  int attempts = 0;
  int skipped = 0;
  bool renewed = false;
  MonotonicTime renewed_at, skipped_at;  // zero: never
  // What was refused is asked for again; such a segment was had before, see FailureInputs.
  bool is_asked_again = false, refuses_first = false;
  std::set<std::string> failed_ids;
  // After those were tried again because what was left came too slowly: until when they are not,
  // and for how long that was.
  MonotonicTime no_forgiving_before;
  Duration forgiving_pause{0};
  // Transfers that broke off: of the segment that is coming, and of those before it that each
  // broke off more than once.
  int breaks = 0, breaks_before = 0;
  // Representations whose playlist could not be had, or whose segments break off, and until when
  // they are left alone.
  std::map<std::string, MonotonicTime> resting;
  MonotonicTime not_before;                            // no fetch until then
  MonotonicTime no_replacement_before, patient_until;  // see kLowerPatience, kPicturePatience
  PartTrouble parts;
  std::optional<PlannedSegment> hinted;  // asked for when it was announced, and not listed yet

  // What failed for one segment may serve for the next, but for playlists that just failed.
  void forgive(MonotonicTime now) {
    std::erase_if(resting, [&](const auto& entry) { return entry.second <= now; });
    failed_ids.clear();
    for (const auto& [id, until] : resting) failed_ids.insert(id);
  }
  // That Representation is left alone for so long.
  void rest(const std::string& id, MonotonicTime until) {
    resting[id] = until;
    failed_ids.insert(id);
  }
  // It stands in `wanted`, of which the manifest lists the nearest, `listed`.
  void stand_in(std::size_t wanted, std::size_t listed) {
    if (listed < wanted) reached = std::max(reached.value_or(0), wanted);
    period = listed;
  }
};

}  // namespace playhead
