// SPDX-License-Identifier: Apache-2.0
#include "player/stuck_watch.h"

#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace playhead {
namespace {

using Step = StuckWatch::Step;

TEST_CASE("stuck watch: A14 three steps, and the end 10 s after the first moment") {
  StuckWatch watch;
  std::vector<std::pair<int, Step>> steps;
  for (int ms = 0; ms <= 10'000; ms += 100) {
    const Step step = watch.update(7, MonotonicTime{ms * 1000});
    if (step != Step::kNone) steps.emplace_back(ms, step);
  }
  CHECK(steps == std::vector<std::pair<int, Step>>{{2'000, Step::kNudge},
                                                   {4'000, Step::kRebuildDecoder},
                                                   {6'000, Step::kLower},
                                                   {10'000, Step::kGiveUp}});
  CHECK(watch.has_given_up());
}

TEST_CASE("stuck watch: A14 what comes in between does not put the end off") {
  struct Case {
    const char* name;
    int from_ms, to_ms;  // meanwhile ...
    bool is_fetching;    // ... nothing is owed, else there is output
    int end_ms;
  };
  const Case cases[] = {{"a fetch", 6'000, 7'500, true, 10'000},
                        {"a fetch that takes long is given its time", 6'000, 9'500, true, 11'500},
                        {"some pictures of a new decoder", 4'000, 7'000, false, 10'000}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    StuckWatch watch;
    int64_t output = 7;
    int ended_ms = 0;
    for (int ms = 0; ms <= 20'000 && ended_ms == 0; ms += 100) {
      const bool is_between = ms > c.from_ms && ms < c.to_ms;
      if (is_between && !c.is_fetching) ++output;
      const auto owed = is_between ? std::nullopt : std::optional(output);
      if (watch.update(owed, MonotonicTime{ms * 1000}) == Step::kGiveUp) ended_ms = ms;
    }
    CHECK(ended_ms == c.end_ms);
  }
}

TEST_CASE("stuck watch: when it begins anew") {
  struct Case {
    const char* name;
    Duration flows;  // output between two troubles
    Step second;     // what the second trouble leads to first
  };
  const Case cases[] = {{"one picture after a nudge", 100ms, Step::kRebuildDecoder},
                        {"output for a while", 7s, Step::kRebuildDecoder},
                        {"output for long", 11s, Step::kNudge}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    StuckWatch watch;
    MonotonicTime now{};
    int64_t output = 1;
    CHECK(watch.update(output, now) == Step::kNone);
    CHECK(watch.update(output, now += 2s) == Step::kNudge);
    ++output;
    CHECK(watch.update(std::nullopt, now += c.flows) == Step::kNone);
    CHECK(watch.update(output, now) == Step::kNone);
    CHECK(watch.update(output, now += 1900ms) == Step::kNone);
    CHECK(watch.update(output, now += 100ms) == c.second);
  }
}

TEST_CASE("stuck watch: elsewhere the end is 10 s away again") {
  StuckWatch watch;
  MonotonicTime now{};
  CHECK(watch.update(7, now) == Step::kNone);
  CHECK(watch.update(7, now += 8s) == Step::kNudge);  // nobody asked before
  watch.on_seek();
  CHECK(watch.update(7, now) == Step::kNone);
  CHECK(watch.update(7, now += 2s) == Step::kRebuildDecoder);
  CHECK(watch.update(7, now += 2s) == Step::kLower);
  CHECK(watch.update(7, now += 5s) == Step::kNone);
  CHECK(watch.update(7, now += 1s) == Step::kGiveUp);
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
