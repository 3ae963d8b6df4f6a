// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "manifest/loaded_index.h"
#include "playhead/presentation.h"
#include "text/emsg.h"

namespace playhead {

// Whether an event found in a segment is told to the app. `announced`: what the manifest says of
// the Representation (DASH InbandEventStream); nothing where there is no such thing (HLS: all are).
// "If a DASH client detects an event message box with a scheme that is not defined in MPD, the
// client is expected to ignore it" (ISO/IEC 23009-1 5.10.3.3.1): ads and other services' marks that
// stay in the segments after a splice are none of the title's. Players differ: Shaka compares the
// scheme, dash.js scheme and value, ExoPlayer tells of all of them once one is announced. Here an
// announced value counts when there is one. ID3 is told of always: the same CMAF segments carry it
// in HLS, where nobody announces it.
[[nodiscard]] bool is_told(const text::EventMessage& message,
                           const std::optional<std::vector<Descriptor>>& announced);

// Events of a title: those the manifest tells of, and those found in segments. Engine thread.
class TitleEvents {
 public:
  // In a segment. Beyond limits::kEventMessages between two calls of take() they are passed over.
  void add(std::vector<TimedEvent> found);
  // All of `presentation` and `index` (null: none is known) when they may be others than at the
  // last call, and those added since then. Nothing when there is nothing new.
  [[nodiscard]] std::optional<std::vector<TimedEvent>> take(
      const std::shared_ptr<const Presentation>& presentation, const LoadedIndex* index);

 private:
  // What take() was answered from.
  std::shared_ptr<const Presentation> presentation_;
  std::shared_ptr<const SegmentIndex> segments_;
  std::vector<TimedEvent> found_;
};

}  // namespace playhead
