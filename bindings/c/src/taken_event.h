// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "playhead/events.h"
#include "playhead/playhead.h"
#include "taken_cues.h"

namespace playhead::capi {

[[nodiscard]] playhead_qoe to_c(const QoeSummary& qoe);

// The event last handed to the app, with everything its pointers point to.
class TakenEvent {
 public:
  // The result points into this object until the next call.
  const playhead_event& set(Event event);

 private:
  Event event_;
  std::string message_;
  playhead_qoe qoe_{};
  OwnedHandle<playhead_cues> cues_;          // of a CuesChanged
  std::unique_ptr<TakenMetadata> metadata_;  // of a TimedMetadata
  playhead_thumbnail thumbnail_{};           // of a ThumbnailReady
  playhead_event c_event_{};
};

}  // namespace playhead::capi
