// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/presentation.h"
#include "playhead/time.h"

namespace playhead::dash {

// `next`, the MPD of now, as the continuation of `previous`, the one before it. What is in `next`
// counts, and nothing else is kept, so memory follows the MPD. What both have keeps its identity:
// equal indexes, timelines and InitSegments stay the same objects, segments keep their numbers
// where the MPD gives them none that last (5.3.9.5.3: $Time$ addressing may leave @startNumber as
// it is), and an index loaded through its source stays loaded. Matched by the ids of Period,
// AdaptationSet and Representation. Pure; costs time with the MPD's size, not with the length of
// the window.
[[nodiscard]] Presentation refresh(const Presentation& previous, Presentation next);

// Moves the windows of a Period's live segments to `now`; those that stay where they are keep their
// objects.
void list_at(playhead::Period& period, WallTime now);

// The same Presentation at a later time: windows of live segments moved, everything else shared.
[[nodiscard]] Presentation listed_at(const Presentation& presentation, WallTime now);

}  // namespace playhead::dash
