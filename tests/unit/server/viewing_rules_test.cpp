// SPDX-License-Identifier: Apache-2.0
#include "viewing_rules.h"

#include <string>

#include <doctest/doctest.h>

using namespace playhead::server;

TEST_CASE("viewing_rules: 95 % completes, 5 % to 95 % continues") {
  struct Case {
    const char* name;
    int64_t position_ms;
    int64_t duration_ms;
    int64_t resume_ms;
    bool continues;
  };
  const Case cases[] = {
      {"start", 0, 100'000, 0, false},
      {"just below 5 %: resumes, but is not shown", 4'999, 100'000, 4'999, false},
      {"5 % is shown", 5'000, 100'000, 5'000, true},
      {"middle", 50'000, 100'000, 50'000, true},
      {"just below 95 %", 94'999, 100'000, 94'999, true},
      {"95 % is completed", 95'000, 100'000, 0, false},
      {"the end", 100'000, 100'000, 0, false},
      {"beyond the end", 130'000, 100'000, 0, false},
      {"duration that does not divide: 94.99 %", 57'009, 60'011, 57'009, true},
      {"duration that does not divide: 95 %", 57'011, 60'011, 0, false},
      {"unknown duration: resumes, but is not shown", 10, 0, 10, false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    CHECK(resume_position_ms(c.position_ms, c.duration_ms) == c.resume_ms);
    CHECK(is_continue_watching(c.position_ms, c.duration_ms) == c.continues);
  }
}

TEST_CASE("viewing_rules: H07 a clock far ahead is not believed") {
  CHECK(believed_recorded_at_ms(1'000, 5'000'000) == 1'000);
  CHECK(believed_recorded_at_ms(5'000'000 + kMaxClockAheadMs, 5'000'000) ==
        5'000'000 + kMaxClockAheadMs);
  CHECK(believed_recorded_at_ms(5'000'001 + kMaxClockAheadMs, 5'000'000) == 5'000'000);
}
