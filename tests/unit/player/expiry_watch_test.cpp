// SPDX-License-Identifier: Apache-2.0
#include "player/expiry_watch.h"

#include <vector>

#include <doctest/doctest.h>

#include "base/forever.h"

namespace playhead {
namespace {

MonotonicTime at(int64_t ms) { return MonotonicTime{ms * 1000}; }

TEST_CASE("expiry_watch: when it is asked") {
  struct Look {
    int64_t ms;
    bool is_watched;
    bool is_call;  // the viewer resumes or seeks just before
    bool asks;
  };
  struct Case {
    const char* name;
    std::vector<Look> looks;
  };
  const Case cases[] = {
      {"at once, whatever is on screen", {{0, false, false, true}}},
      {"twice a second while it is watched",
       {{0, true, false, true},
        {499, true, false, false},
        {500, true, false, true},
        {900, true, false, false},
        {1000, true, false, true}}},
      {"never while nobody watches, and at once when somebody does",
       {{0, true, false, true}, {3'600'000, false, false, false}, {3'600'001, true, false, true}}},
      {"a call asks at once, each of them",
       {{0, true, false, true},
        {10, true, true, true},
        {20, true, true, true},
        {30, true, false, false},
        {519, true, false, false},
        {520, true, false, true}}},
      {"a call asks though it is paused", {{0, true, false, true}, {10, false, true, true}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ExpiryWatch watch;
    for (const Look& look : c.looks) {
      CAPTURE(look.ms);
      if (look.is_call) watch.on_call();
      CHECK(watch.take_due(look.is_watched, at(look.ms)) == look.asks);
    }
  }
}

TEST_CASE("expiry_watch: says when it wants to be looked at, never later than half a second") {
  ExpiryWatch watch;
  CHECK(watch.wait(true, at(0)) == 0s);
  CHECK(watch.wait(false, at(0)) == 0s);
  REQUIRE(watch.take_due(true, at(0)));
  CHECK(watch.wait(true, at(0)) == 500ms);
  CHECK(watch.wait(true, at(200)) == 300ms);
  CHECK(watch.wait(true, at(9'000)) == 0s);
  CHECK(watch.wait(false, at(200)) == kForever);
}

}  // namespace
}  // namespace playhead
