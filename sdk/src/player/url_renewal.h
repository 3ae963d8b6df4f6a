// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "playhead/cancel_handle.h"
#include "playhead/error.h"
#include "playhead/time.h"

namespace playhead {

// Where the renewal of a play's signed URLs stands.
struct UrlRenewal {
  bool is_under_way = false;
  int failures = 0;              // since there were new URLs
  std::optional<Error> failure;  // ends the play at the next turn, unless new URLs come before
  CancelHandle timer;            // for the next attempt
};

// Between attempts (chosen: renewal begins with a fifth of the URLs' life left, so there is time for
// several).
inline constexpr Duration kRenewalPause = 10s;
// A paused play may be left alone for days (chosen). Nobody is made to wait: whoever plays asks at
// once, and whoever seeks where nothing is buffered finds out by what is fetched there.
inline constexpr Duration kMostRenewalPause = 5min;

// After the `failures`th attempt in a row, >= 1. Pure.
[[nodiscard]] inline Duration renewal_pause(int failures, bool is_paused) {
  if (!is_paused) return kRenewalPause;
  return std::min(kRenewalPause * (1 << std::min(failures - 1, 5)), kMostRenewalPause);
}

}  // namespace playhead
