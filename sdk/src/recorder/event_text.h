// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playhead/events.h"
#include "recorder/redactor.h"

namespace playhead::recorder {

// Events as lines of a log that stays the same when every name in them is another one: URLs, titles
// and ids are numbered by first appearance, texts of errors and subtitles are left out.
class EventText {
 public:
  // `now`: of the step in which it was told.
  std::string line(int player, const Event& event, MonotonicTime now);

 private:
  struct Words;

  Namer urls_, titles_, ids_;
};

}  // namespace playhead::recorder
