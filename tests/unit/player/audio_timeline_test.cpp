// SPDX-License-Identifier: Apache-2.0
#include "player/audio_timeline.h"

#include <doctest/doctest.h>

namespace playhead {
namespace {

TEST_CASE("audio timeline: frames heard become media time, through speeds and jumps") {
  AudioTimeline timeline;
  timeline.restart(MediaTime{10'000'000});
  timeline.append(48'000, MediaTime{10'000'000}, 1s);  // normal speed
  timeline.append(48'000, MediaTime{11'000'000}, 2s);  // double speed
  timeline.append(48'000, MediaTime{20'000'000}, 1s);  // a jump
  CHECK(timeline.end() == MediaTime{21'000'000});
  CHECK(timeline.frames() == 144'000);

  struct Case {
    const char* name;
    int64_t played;
    int64_t position_us;
  };
  const Case cases[] = {
      {"nothing heard", 0, 10'000'000},
      {"half of the first second", 24'000, 10'500'000},
      {"the boundary belongs to the next piece", 48'000, 11'000'000},
      {"a quarter of the fast piece", 60'000, 11'500'000},
      {"after the jump", 96'000, 20'000'000},
      {"all heard", 144'000, 21'000'000},
      {"more than was given", 999'999, 21'000'000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(timeline.position(c.played).us == c.position_us);
  }
}

TEST_CASE("audio timeline: empty pieces change nothing, restart forgets") {
  AudioTimeline timeline;
  timeline.restart(MediaTime{5});
  timeline.append(0, MediaTime{99}, 1s);
  CHECK(timeline.position(0) == MediaTime{5});
  timeline.append(10, MediaTime{5}, 10us);
  timeline.restart(MediaTime{7});
  CHECK(timeline.frames() == 0);
  CHECK(timeline.position(3) == MediaTime{7});
}

}  // namespace
}  // namespace playhead
