// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/error.h"
#include "playhead/time.h"

// Pure: what to do when a segment or an index could not be had, after the fetcher's own retries.
namespace playhead {

struct FailureInputs {
  ErrorCode code = ErrorCode::kInternal;
  int attempts = 1;              // failures of this segment at this Representation, this included
  int representations_left = 0;  // others of the same AdaptationSet not yet tried for it
  bool can_renew = false;        // the URL was signed by the service and renewal is not under way
  bool renewed = false;          // it was renewed for this segment already
  bool renewed_lately = false;   // for one before
  bool refuses_first = false;    // one that was refused was had when it was asked for again
  int segments_skipped = 0;      // in a row, before this one
  bool skipped_lately = false;   // asking for one again has helped nothing
  bool is_last = false;          // nothing of the title comes after this segment
  bool is_new = false;           // announced moments ago: it may not have reached the host yet
  bool is_leaving = false;       // at the old end of a live window: the host may have let go of it
  bool is_media = true;          // false: an index (playlist), without which nothing can be skipped
  Duration buffer_level{0};      // media ahead of the position
  bool is_paused = false;        // by the viewer, before a picture: nobody waits for more
};

enum class FailureAction {
  kRetry,  // the same again, after `delay`
  kOtherRepresentation,
  kRenewUrl,
  kSkipSegment,
  kGiveUp,
};

struct FailureDecision {
  FailureAction action = FailureAction::kGiveUp;
  Duration delay{0};
};

[[nodiscard]] FailureDecision decide_failure(const FailureInputs& in);

}  // namespace playhead
