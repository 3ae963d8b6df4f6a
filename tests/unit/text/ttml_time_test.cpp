// SPDX-License-Identifier: Apache-2.0
#include "text/ttml_time.h"

#include <doctest/doctest.h>

using namespace playhead;
using namespace playhead::text;

TEST_CASE("ttml time: expressions of TTML2 12.3.1") {
  struct Case {
    const char* text;
    TtmlClockAttributes clock;
    int64_t us;  // -1: none
  };
  const TtmlClockAttributes plain, pal{"25", "", "2", ""}, ntsc{"30", "1000 1001", "", ""},
      ticks{"", "", "", "10000000"};
  const Case cases[] = {
      {"00:00:01", plain, 1'000'000},
      {"00:00:01.5", plain, 1'500'000},
      {"00:00:01.123456789", plain, 1'123'456},
      {"01:02:03.004", plain, 3'723'004'000},
      {"100:00:00", plain, 360'000'000'000},
      {"00:00:01:15", plain, 1'500'000},
      {"00:00:01:05", pal, 1'200'000},
      {"00:00:01:05.1", pal, 1'220'000},
      {"00:00:01:15", ntsc, 1'500'500},
      {"1.5h", plain, 5'400'000'000},
      {"2m", plain, 120'000'000},
      {"12.345s", plain, 12'345'000},
      {"1500ms", plain, 1'500'000},
      {"0.5ms", plain, 500},
      {"75f", plain, 2'500'000},
      {"75f", pal, 3'000'000},
      {"30f", ntsc, 1'001'000},
      {"15000000t", ticks, 1'500'000},
      {"100t", pal, 2'000'000},  // no tick rate: frames times sub-frames
      {"2t", plain, 2'000'000},
      {" 1s ", plain, 1'000'000},
      {"", plain, -1},
      {"1", plain, -1},
      {"1x", plain, -1},
      {"s", plain, -1},
      {".5s", plain, -1},
      {"1.s", plain, -1},
      {"-1s", plain, -1},
      {"0:00:01", plain, -1},
      {"00:60:00", plain, -1},
      {"00:00:61", plain, -1},
      {"00:00:1", plain, -1},
      {"00:00", plain, -1},
      {"00:00:01.", plain, -1},
      {"00:00:01:5", plain, -1},
      {"00:00:01:05.2", pal, -1},
      {"99999999999999999999h", plain, -1},
      {"9999999999999h", plain, -1},
      {"wallclock(2020-01-01)", plain, -1},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.text));
    const auto time = parse_ttml_time(c.text, make_ttml_clock(c.clock));
    CHECK((time ? time->count() : -1) == c.us);
  }
}

TEST_CASE("ttml time: clocks that make no sense are the default ones") {
  const TtmlClock clock = make_ttml_clock({"0", "1000:0", "-1", "99999999999999999999"});
  CHECK(clock.frames == 30);
  CHECK(clock.frame_seconds == 1);
  CHECK(clock.sub_frames == 1);
  CHECK(clock.ticks == 1);
}
