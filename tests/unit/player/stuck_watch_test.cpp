// SPDX-License-Identifier: Apache-2.0
#include "player/stuck_watch.h"

#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

using Step = StuckWatch::Step;

TEST_CASE("stuck watch: A14 five steps, two seconds apart, while nothing comes") {
  StuckWatch watch;
  std::vector<Step> steps;
  for (int ms = 0; ms <= 10'000; ms += 100) {
    const Step step = watch.update(7, MonotonicTime{ms * 1000});
    if (step != Step::kNone) steps.push_back(step);
  }
  CHECK(steps == std::vector<Step>{Step::kNudge, Step::kRefetch, Step::kLower,
                                   Step::kRebuildDecoder, Step::kGiveUp});
}

TEST_CASE("stuck watch: when it begins anew") {
  struct Case {
    const char* name;
    Duration flows;  // output between two troubles
    Step second;     // what the second trouble leads to first
  };
  const Case cases[] = {{"one picture after a nudge", 100ms, Step::kRefetch},
                        {"output for a while", 7s, Step::kRefetch},
                        {"output for long", 11s, Step::kNudge}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    StuckWatch watch;
    MonotonicTime now{};
    int64_t output = 1;
    CHECK(watch.update(output, now) == Step::kNone);
    CHECK(watch.update(output, now += 2s) == Step::kNudge);
    for (Duration flown{0}; flown < c.flows; flown += 100ms) {
      CHECK(watch.update(++output, now += 100ms) == Step::kNone);
    }
    CHECK(watch.update(output, now) == Step::kNone);
    CHECK(watch.update(output, now += 1900ms) == Step::kNone);
    CHECK(watch.update(output, now += 100ms) == c.second);
  }
}

TEST_CASE("stuck watch: A14 a decoder that fails is made anew, then left, then given up") {
  StuckWatch watch;
  MonotonicTime now{};
  now += 60s;
  CHECK(watch.on_failure(now) == Step::kRebuildDecoder);
  for (int i = 0; i < 3; ++i) CHECK(watch.on_failure(now += 5s) == Step::kLower);
  CHECK(watch.on_failure(now += 5s) == Step::kGiveUp);
  CHECK(watch.has_given_up());
  // Pictures for a while are a new beginning.
  CHECK(watch.on_failure(now += 11s) == Step::kRebuildDecoder);
}

TEST_CASE("stuck watch: what is not owed does not count") {
  StuckWatch watch;
  MonotonicTime now{};
  for (int i = 0; i < 20; ++i) {
    CHECK(watch.update(7, now += 1s) == Step::kNone);
    CHECK(watch.wait(now) == 2s);
    CHECK(watch.update(std::nullopt, now += 1s) == Step::kNone);
    CHECK(watch.wait(now) > 1h);
  }
}

}  // namespace
}  // namespace playhead
