// SPDX-License-Identifier: Apache-2.0
#include "trust/time_policy.h"

#include <algorithm>

namespace playhead::offline {
namespace {

// 2020-01-01: no service of ours is older.
constexpr WallTime kEarliestContact{1'577'836'800'000'000};
constexpr WallTime kLatestContact{4'102'444'800'000'000};  // 2100-01-01

WallTime clamp(WallTime time) { return std::clamp(time, WallTime{0}, kLatestTime); }

WallTime later(WallTime time, Duration by) { return clamp(time + by); }

// What passed at least, and whether the device was started meanwhile.
struct Passed {
  bool is_new_boot = false;
  Duration time{0};
};

Passed passed(const ClockState& state, const ClockFacts& facts) {
  const bool is_further = facts.uptime >= state.uptime;
  const Duration since = facts.uptime - state.uptime;
  if (!facts.boot_id.empty() || !state.boot_id.empty()) {
    const bool is_same = facts.boot_id == state.boot_id && is_further;
    return is_same ? Passed{false, since} : Passed{true, facts.uptime};
  }
  // Without boot ids: a device that was started at another time was started again, or its clock was
  // set. The shorter of both possible times, as more must not be counted than passed.
  if (!is_further) return {true, facts.uptime};
  const Duration off = (facts.system - state.system) - since;
  return {off > kClockTolerance || off < -kClockTolerance, since};
}

void note_clock(const ClockState& state, const ClockFacts& facts, Duration time,
                TimeEvents& events) {
  const Duration off = (facts.system - state.system) - time;
  if (off < -kClockTolerance) events.push_back(TimeEvent::kClockBehind);
  if (off > kClockTolerance) events.push_back(TimeEvent::kClockAhead);
}

void start_boot(ClockState& state, WallTime system, TimeEvents& events) {
  events.push_back(TimeEvent::kNewBoot);
  state.boot += 1;
  state.boots = std::min(state.boots + 1, 1'000'000);
  state.is_anchored = false;
  state.is_set_back = system < state.firm - kZoneMistake;
  if (state.is_set_back) {
    state.set_backs = std::min(state.set_backs + 1, 1'000'000);
    events.push_back(TimeEvent::kSetBack);
  } else if (system < state.firm - kClockTolerance) {
    events.push_back(TimeEvent::kClockBehind);
  }
}

// A clock that was ahead and no longer is; one that stayed ahead for long enough.
void follow_jump(ClockState& state, WallTime system, TimeEvents& events) {
  TimeJump& jump = *state.jump;
  if (system < jump.claimed - kClockTolerance) {
    state.jump.reset();
    events.push_back(TimeEvent::kJumpUndone);
    return;
  }
  if (system > jump.claimed + kLargeJump) jump.seen = Duration{0};
  jump.claimed = std::max(jump.claimed, system);
  if (jump.seen < kJumpProof) return;
  state.firm = jump.claimed;
  state.jump.reset();
  events.push_back(TimeEvent::kJumpProven);
}

void follow_system(ClockState& state, WallTime system, TimeEvents& events) {
  if (system >= state.firm - kZoneMistake) state.is_set_back = false;
  if (state.jump) follow_jump(state, system, events);
  if (state.jump || system <= state.firm) return;
  if (system <= state.firm + kLargeJump) {
    state.firm = system;
    return;
  }
  state.jump = TimeJump{system};
  events.push_back(TimeEvent::kJump);
}

bool agree(WallTime a, WallTime b) { return a - b <= kClockTolerance && b - a <= kClockTolerance; }

// One answer alone has said that it is later than can be known.
bool is_ahead_alone(const ClockState& state) {
  return state.is_anchored && state.contact_at && !agree(state.firm, state.certain);
}

// How far an answer of the service is to be believed. The first one ever is all there is.
enum class Belief : uint8_t {
  kNot,    // it is earlier than is proven
  kKnown,  // it says what one before has said, and does not prove it yet
  kNow,    // what ends by it does, and no key is destroyed
  kWhole,
};

Belief belief_in(ClockState& state, WallTime time) {
  if (!state.contact_at || agree(time, state.certain)) return Belief::kWhole;
  if (time < state.certain) {
    const bool is_again = state.claim && agree(time, state.claim->time);
    if (is_again && state.claim->seen >= kContactProof) return Belief::kWhole;
    if (!is_again) state.claim = TimeClaim{time};
    return Belief::kNot;
  }
  if (is_ahead_alone(state) && agree(time, state.firm)) {
    const bool is_proven = state.firm - *state.contact_at >= kContactProof;
    return is_proven ? Belief::kWhole : Belief::kKnown;
  }
  // While the device was off the time went on: its own clock says the same.
  const bool is_seen = !state.is_anchored && agree(time, read_time(state).now);
  return is_seen ? Belief::kWhole : Belief::kNow;
}

}  // namespace

ClockState first_state(const ClockFacts& facts, uint32_t record) {
  ClockState state;
  state.boot = uint64_t{record} << 32;
  state.boot_id = facts.boot_id;
  state.uptime = std::clamp(facts.uptime, Duration{0}, kLongestDuration);
  state.system = state.firm = clamp(facts.system);
  return state;
}

void advance(ClockState& state, const ClockFacts& told, TimeEvents& events) {
  ClockFacts facts = told;
  facts.system = clamp(told.system);
  facts.uptime = std::clamp(told.uptime, Duration{0}, kLongestDuration);

  const Passed since = passed(state, facts);
  if (!since.is_new_boot) note_clock(state, facts, since.time, events);
  state.running = std::min(state.running + since.time, kLongestDuration);
  state.certain = later(state.certain, since.time);
  state.firm = later(state.firm, since.time);
  if (state.jump) {
    state.jump->claimed = later(state.jump->claimed, since.time);
    state.jump->seen += std::min(since.time, kJumpLook);
  }
  if (state.claim) {
    state.claim->time = later(state.claim->time, since.time);
    state.claim->seen += since.time;
  }
  if (since.is_new_boot) start_boot(state, facts.system, events);
  if (!state.is_anchored) follow_system(state, facts.system, events);
  state.boot_id = facts.boot_id;
  state.uptime = facts.uptime;
  state.system = facts.system;
}

void hear(ClockState& state, const TimeContact& contact, TimeEvents& events) {
  const bool is_sane = contact.time >= kEarliestContact && contact.time <= kLatestContact;
  if (contact.origin == ContactOrigin::kHttpsDate && is_sane &&
      contact.time <= state.firm + kLargeJump) {
    if (!state.is_anchored) state.firm = std::max(state.firm, contact.time);
    return;
  }
  if (contact.origin != ContactOrigin::kService || !is_sane || contact.round_trip > kSlowContact) {
    events.push_back(TimeEvent::kContactRefused);
    return;
  }
  const Belief belief = belief_in(state, contact.time);
  if (belief == Belief::kNot) {
    events.push_back(TimeEvent::kContactRefused);
    return;
  }
  const bool has_moved = !agree(contact.time, read_time(state).now);
  events.push_back(has_moved ? TimeEvent::kContactMoved : TimeEvent::kContact);
  if (belief == Belief::kKnown) return;
  if (belief == Belief::kWhole) state.certain = contact.time;
  state.contact_at = state.firm = contact.time;
  state.jump.reset();
  state.claim.reset();
  state.boots = state.set_backs = 0;
  state.is_anchored = true;
  state.is_set_back = state.is_restored = false;
}

TimeReading read_time(const ClockState& state) {
  TimeReading reading;
  reading.now = state.jump ? std::max(state.jump->claimed, state.firm) : state.firm;
  reading.certain = state.certain;
  reading.contact_at = state.contact_at;
  reading.boots_since_contact = state.boots;
  reading.boot = state.boot;
  reading.running = state.running;
  reading.trust = ClockTrust::kUnanchored;
  if (state.is_anchored && !is_ahead_alone(state)) reading.trust = ClockTrust::kAnchored;
  if (state.is_set_back || state.set_backs >= kSetBacks) reading.trust = ClockTrust::kSetBack;
  if (!state.contact_at) reading.trust = ClockTrust::kNever;
  if (state.is_restored) reading.trust = ClockTrust::kRestored;
  return reading;
}

}  // namespace playhead::offline
