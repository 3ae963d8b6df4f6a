// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "playhead/time.h"

// Pure: what happens where a title has nothing to show and nothing to be heard.
namespace playhead {

struct GapInputs {
  MediaTime position;
  bool has_pictures = false;  // the title shows pictures here, or will again
  bool has_sound = false;
  // From when on there is something, of what has come: `position` or earlier, there is now; none:
  // nothing has come that could tell.
  std::optional<MediaTime> next_picture, next_sound;
  // Where the picture that is on the screen begins, when that is later than `position`: one before
  // it is not shown any more.
  std::optional<MediaTime> on_screen_from;
};

struct GapDecision {
  std::optional<MediaTime> jump;  // go on there
  bool is_told = false;           // the app is
};

// A gap is jumped over when pictures and sound both go on behind it: to whichever comes first.
// Where only one is missing playback goes on, in silence or with the last picture.
[[nodiscard]] GapDecision decide_gap(const GapInputs& in);

}  // namespace playhead
