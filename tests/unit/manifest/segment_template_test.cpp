// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/segment_template.h"

#include <doctest/doctest.h>

namespace playhead::dash {

TEST_CASE("segment template: identifiers, formats, and what is none") {
  struct Case {
    const char* pattern;
    SegmentTemplate::Values values;
    const char* text;
    int warnings;
  };
  const Case cases[] = {
      {"v.mp4", {}, "v.mp4", 0},
      {"", {}, "", 0},
      {"/$RepresentationID$/$Number$.mp4", {100, 0, 0}, "/r1/100.mp4", 0},
      {"/$RepresentationID%05d$.mp4", {}, "/r1.mp4", 0},
      {"$Number%05d$", {100, 0, 0}, "00100", 0},
      {"$Number%02d$", {12345, 0, 0}, "12345", 0},
      {"$Number%5d$", {7, 0, 0}, "00007", 0},
      {"$Number%0d$", {7, 0, 0}, "7", 0},
      {"$Time$", {0, 9'007'199'254'740'993, 0}, "9007199254740993", 0},
      {"$Time%06d$", {0, -5, 0}, "-000005", 0},
      {"$Bandwidth%08d$", {}, "00256000", 0},
      {"$SubNumber%03d$", {0, 0, 3}, "003", 0},
      {"$Number%05x$_$Number%01X$_$Number%01u$_$Number%01o$", {180, 0, 0}, "000b4_B4_180_264", 0},
      {"$$/$RepresentationID$$$$Number$$$$Time$$$.$$", {2, 5, 0}, "$/r1$2$5$.$", 0},
      {"$Garbage$-$Number$", {1, 0, 0}, "$Garbage$-1", 1},
      {"$Number%05s$", {1, 0, 0}, "$Number%05s$", 1},
      {"$Number%099d$", {1, 0, 0}, "$Number%099d$", 1},
      {"$Time.mp4", {0, 5, 0}, "$Time.mp4", 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern);
    const SegmentTemplate pattern(c.pattern, "r1", 256'000);
    CHECK(pattern.expand(c.values) == c.text);
    CHECK(pattern.warnings() == c.warnings);
  }
}

}  // namespace playhead::dash
