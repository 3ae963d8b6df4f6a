// SPDX-License-Identifier: Apache-2.0
#include "trust/time_policy.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace playhead::offline {
namespace {

constexpr WallTime kNow{1'800'000'000'000'000};
constexpr Duration kDay = 24h;

// A state that heard of the service at kNow, uptime 100 s, boot "b".
ClockState anchored(const std::string& boot_id = "b") {
  ClockState state = first_state({kNow, 100s, boot_id}, 1);
  TimeEvents events;
  hear(state, {kNow, ContactOrigin::kService, 0s}, events);
  return state;
}

bool has(const TimeEvents& events, TimeEvent event) {
  return std::find(events.begin(), events.end(), event) != events.end();
}

TEST_CASE("time_policy: what time it is after the next facts") {
  struct Case {
    const char* name;
    ClockFacts facts;
    Duration now;  // from kNow
    ClockTrust trust;
  };
  const Case cases[] = {
      {"nothing passed", {kNow, 100s, "b"}, 0s, ClockTrust::kAnchored},
      {"an hour", {kNow + 1h, 3700s, "b"}, 1h, ClockTrust::kAnchored},
      {"an hour, clock set back", {kNow - 40 * kDay, 3700s, "b"}, 1h, ClockTrust::kAnchored},
      {"an hour, clock set forward", {kNow + 40 * kDay, 3700s, "b"}, 1h, ClockTrust::kAnchored},
      {"an uptime that went back is a start", {kNow + 1h, 50s, "b"}, 1h, ClockTrust::kUnanchored},
      {"a start", {kNow + 5h, 20s, "c"}, 5h, ClockTrust::kUnanchored},
      {"a start, far later", {kNow + 300 * kDay, 20s, "c"}, 300 * kDay, ClockTrust::kUnanchored},
      {"a start, clock held back: at least the uptime passed",
       {kNow + 1min, 2h, "c"},
       2h,
       ClockTrust::kUnanchored},
      {"a start, clock behind by a zone", {kNow - 26h, 20s, "c"}, 20s, ClockTrust::kUnanchored},
      {"a start, clock behind by more", {kNow - 28h, 20s, "c"}, 20s, ClockTrust::kSetBack},
      {"a start in 1970", {WallTime{0}, 20s, "c"}, 20s, ClockTrust::kSetBack},
      {"a start before 1970", {WallTime{-5}, 20s, "c"}, 20s, ClockTrust::kSetBack}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    ClockState state = anchored();
    TimeEvents events;
    advance(state, c.facts, events);
    CHECK((read_time(state).now - kNow).count() == c.now.count());
    CHECK(read_time(state).trust == c.trust);
    CHECK(state.certain <= read_time(state).now);
    const ClockState once = state;
    TimeEvents more;
    advance(state, c.facts, more);
    CHECK(state == once);
    CHECK(more.empty());
  }
}

TEST_CASE("time_policy: without boot ids a start is told by when the device was started") {
  struct Case {
    const char* name;
    ClockFacts facts;
    Duration now, certain;
    ClockTrust trust;
  };
  const Case cases[] = {
      {"the same boot", {kNow + 1h, 3700s, ""}, 1h, 1h, ClockTrust::kAnchored},
      {"a start: the shorter time is certain",
       {kNow + 10h, 3700s, ""},
       10h,
       1h,
       ClockTrust::kUnanchored},
      {"a clock set forward looks the same",
       {kNow + 5h, 3700s, ""},
       5h,
       1h,
       ClockTrust::kUnanchored},
      {"a start: uptime went back", {kNow + 10h, 50s, ""}, 10h, 50s, ClockTrust::kUnanchored},
      {"ids that go away", {kNow + 10h, 50s, "x"}, 10h, 50s, ClockTrust::kUnanchored}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    ClockState state = anchored("");
    TimeEvents events;
    advance(state, c.facts, events);
    CHECK((read_time(state).now - kNow).count() == c.now.count());
    CHECK((state.certain - kNow).count() == c.certain.count());
    CHECK(read_time(state).trust == c.trust);
  }
}

TEST_CASE("time_policy: a jump is believed after an hour of being seen, not of being there") {
  ClockState state = anchored();
  TimeEvents events;
  advance(state, {kNow + 3 * kDay, 20s, "c"}, events);
  CHECK(has(events, TimeEvent::kJump));
  CHECK(state.firm == kNow + 20s);
  // Looked at once in ten hours: one look of two minutes.
  Duration uptime = 20s + 10h;
  advance(state, {kNow + 3 * kDay + 10h, uptime, "c"}, events);
  REQUIRE(state.jump.has_value());
  CHECK(state.jump->seen == kJumpLook);
  for (int i = 0; i < 58; ++i) {
    uptime += 1min;
    advance(state, {kNow + 3 * kDay - 20s + uptime, uptime, "c"}, events);
  }
  CHECK(!state.jump.has_value());
  CHECK(has(events, TimeEvent::kJumpProven));
  CHECK(state.firm == kNow + 3 * kDay - 20s + uptime);
  CHECK(state.certain == kNow + uptime);
}

TEST_CASE("time_policy: small steps back do not creep out of a jump") {
  ClockState state = anchored();
  TimeEvents events;
  WallTime system = kNow + 30 * kDay;
  Duration uptime = 20s;
  advance(state, {system, uptime, "c"}, events);
  const WallTime claimed = read_time(state).now;
  int undone = 0;
  for (int i = 0; i < 20; ++i) {
    system = system - 4min;
    uptime += 1s;
    events.clear();
    advance(state, {system, uptime, "c"}, events);
    undone += has(events, TimeEvent::kJumpUndone) ? 1 : 0;
  }
  CHECK(undone >= 5);  // each by more than the tolerance: a set-back, seen as one
  CHECK(read_time(state).now >= claimed - 81min);
  CHECK(read_time(state).now < claimed);
}

TEST_CASE("time_policy: a contact rules, forward and back") {
  struct Case {
    const char* name;
    ClockFacts facts;
    Duration contact;       // from kNow
    Duration now, certain;  // what one answer makes of it
    TimeEvent event;
  };
  using E = TimeEvent;
  const Case cases[] = {
      {"as thought", {kNow + 1h, 3700s, "b"}, 1h, 1h, 1h, E::kContact},
      {"as the device's clock says after a start", {kNow + 1h, 20s, "c"}, 1h, 1h, 1h, E::kContact},
      {"after a clock far ahead", {kNow + 400 * kDay, 20s, "c"}, 1h, 1h, 20s, E::kContactMoved},
      {"after a clock behind",
       {kNow - 400 * kDay, 20s, "c"},
       40 * kDay,
       40 * kDay,
       20s,
       E::kContactMoved},
      {"a service that is ahead", {kNow, 100s, "b"}, 9 * kDay, 9 * kDay, 0s, E::kContactMoved},
      {"a service that was ahead itself",
       {kNow, 100s, "b"},
       -2 * kDay,
       0s,
       0s,
       E::kContactRefused}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    ClockState state = anchored();
    TimeEvents events;
    advance(state, c.facts, events);
    hear(state, {kNow + c.contact, ContactOrigin::kService, 1s}, events);
    TimeReading time = read_time(state);
    CHECK(time.now == kNow + c.now);
    CHECK(time.certain == kNow + c.certain);
    CHECK((time.trust == ClockTrust::kAnchored) == (time.certain == time.now));
    CHECK(time.boots_since_contact == 0);
    CHECK(has(events, c.event));
    // Another that agrees, too early and in time.
    for (const Duration later : {kContactProof - 1s, kContactProof}) {
      CAPTURE(later.count());
      ClockFacts facts = c.facts;
      facts.uptime += later;
      advance(state, facts, events);
      hear(state, {kNow + c.contact + later, ContactOrigin::kService, 1s}, events);
      time = read_time(state);
      const bool is_proven = later == kContactProof || c.certain == c.contact;
      CHECK((time.certain == kNow + c.contact + later) == is_proven);
    }
    CHECK(time.now == time.certain);
    CHECK(time.trust == ClockTrust::kAnchored);
  }
}

TEST_CASE(
    "time_policy: the Date of a host of ours moves an unknown time forward, by a day at most") {
  struct Case {
    const char* name;
    bool is_restarted;
    Duration date, now;
  };
  const Case cases[] = {{"anchored: nothing", false, 2h, 0s},
                        {"unanchored: forward", true, 2h, 2h},
                        {"unanchored: never back", true, -2h, 20s},
                        {"unanchored: not by more than a day", true, 25h, 20s}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    ClockState state = anchored();
    TimeEvents events;
    if (c.is_restarted) advance(state, {kNow, 20s, "c"}, events);
    hear(state, {kNow + c.date, ContactOrigin::kHttpsDate, 0s}, events);
    CHECK((read_time(state).now - kNow).count() == c.now.count());
    CHECK(state.contact_at == kNow);
  }
}

TEST_CASE("time_policy: facts out of all bounds do no harm") {
  ClockState state = anchored();
  TimeEvents events;
  const WallTime times[] = {WallTime{INT64_MIN / 2}, WallTime::max(), kNow, WallTime{0}};
  const Duration uptimes[] = {Duration{INT64_MAX}, Duration{-1}, Duration{0}, Duration{INT64_MIN}};
  for (int round = 0; round < 50; ++round) {
    for (const WallTime time : times) {
      for (const Duration uptime : uptimes) {
        advance(state, {time, uptime, round % 2 == 0 ? "c" : "d"}, events);
        CHECK(state.firm <= kLatestTime);
        CHECK(state.certain <= kLatestTime);
        CHECK(state.running <= kLongestDuration);
        CHECK(read_time(state).now <= kLatestTime);
      }
    }
  }
}

}  // namespace
}  // namespace playhead::offline
