// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/events.h"
#include "text/cue_timeline.h"

namespace playhead {

// Which text the app was told is on screen. Engine thread.
class CueScreen {
 public:
  // What is on screen at `position`, where it is something else than what was told last.
  [[nodiscard]] std::optional<CuesChanged> update(const text::CueTimeline& subtitles,
                                                  const text::CueTimeline& captions,
                                                  MediaTime position);
  // An empty screen, where that is news.
  [[nodiscard]] std::optional<CuesChanged> clear();

 private:
  std::vector<std::shared_ptr<const Cue>> shown_;
};

// The earliest time after `position` at which the screen may be another; none: never again.
[[nodiscard]] std::optional<MediaTime> next_cue_change(const text::CueTimeline& subtitles,
                                                       const text::CueTimeline& captions,
                                                       MediaTime position);

}  // namespace playhead
