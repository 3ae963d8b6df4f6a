// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "playhead/time.h"

namespace playhead {

// When to ask whether a downloaded title may still be played. Pure: times are given.
class ExpiryWatch {
 public:
  // Playback ends within a second of the title's end, and what has to be done for that takes a
  // moment (chosen). Shorter: more questions for nothing; longer: that second may be missed.
  static constexpr Duration kAskEvery = 500ms;

  // The viewer starts, resumes or seeks: at once, whenever it was asked before.
  void on_call() { is_wanted_ = true; }
  // True: it is to be asked now, and counts as asked. `is_watched`: something is seen or heard, or
  // will be without a call of the viewer.
  [[nodiscard]] bool take_due(bool is_watched, MonotonicTime now);
  // How long until then; for ever while nobody watches.
  [[nodiscard]] Duration wait(bool is_watched, MonotonicTime now) const;

 private:
  bool is_wanted_ = true;
  MonotonicTime asked_;
};

}  // namespace playhead
