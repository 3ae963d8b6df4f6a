// SPDX-License-Identifier: Apache-2.0
#include "playhead/drm/security_level.h"

#include <string>

#include <doctest/doctest.h>

namespace playhead {
namespace {

using enum SecurityLevel;

TEST_CASE("security_level: how many pixels each level shows") {
  struct Case {
    const char* name;
    int width, height;
    SecurityLevel least;  // that shows them
  };
  const Case cases[] = {{"360p", 640, 360, kSl1000},
                        {"720p", 1280, 720, kSl1000},
                        {"720p upright", 720, 1280, kSl1000},
                        {"one line more", 1280, 721, kSl2000},
                        {"few lines, but wide", 2560, 700, kSl2000},
                        {"1080p", 1920, 1080, kSl2000},
                        {"1080p upright", 1080, 1920, kSl2000},
                        {"1080p as coded", 1920, 1088, kSl3000},
                        {"4K", 3840, 2160, kSl3000},
                        {"not known", 0, 0, kSl3000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    for (const SecurityLevel level : {kNone, kSl1000, kSl2000, kSl3000}) {
      CAPTURE(static_cast<int>(level));
      CHECK(allows(level, c.width, c.height) == (level >= c.least));
    }
  }
}

TEST_CASE("security_level: pictures of a height, and not more pixels than that") {
  struct Case {
    const char* name;
    int max_height, width, height;
    bool fits;
  };
  const Case cases[] = {{"any", 0, 7680, 4320, true},       {"any, unknown", 0, 0, 0, true},
                        {"unknown", 480, 0, 480, false},    {"exactly", 480, 853, 480, true},
                        {"upright", 480, 480, 853, true},   {"a line more", 480, 640, 481, false},
                        {"too wide", 480, 1000, 480, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(fits_height(c.max_height, c.width, c.height) == c.fits);
  }
  CHECK(max_height_of(kSl1000) == 720);
  CHECK(max_height_of(kSl2000) == 1080);
  CHECK(max_height_of(kSl3000) == 0);
}

TEST_CASE("security_level: the output takes part of it away") {
  struct Case {
    OutputProtection output;
    SecurityLevel of_sl3000, of_sl2000;
  };
  const Case cases[] = {{OutputProtection::kUnknown, kSl1000, kSl1000},
                        {OutputProtection::kNone, kSl1000, kSl1000},
                        {OutputProtection::kHdcp1, kSl2000, kSl2000},
                        {OutputProtection::kHdcp2_2, kSl3000, kSl2000},
                        {OutputProtection::kInternal, kSl3000, kSl2000}};
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.output));
    CHECK(effective_level(kSl3000, c.output) == c.of_sl3000);
    CHECK(effective_level(kSl2000, c.output) == c.of_sl2000);
    CHECK(effective_level(kSl1000, c.output) == kSl1000);
    CHECK(effective_level(kNone, c.output) == kNone);
  }
}

}  // namespace
}  // namespace playhead
