// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/time.h"
#include "trust/clock_source.h"

// What time it is for rights. Pure: no clock, no I/O. All times are by the service's clock.
namespace playhead::offline {

// All chosen, unless said otherwise.

// Clocks that differ by less agree. More: set-backs go unnoticed. Less: corrections are events.
inline constexpr Duration kClockTolerance = 5min;
// A clock set to the wrong zone by hand, or kept in local time by the device, is wrong by up to the
// 26 hours between the outermost zones. Within them a clock found behind after a start is not
// believed, but refuses nothing: time goes on from the latest that was known.
inline constexpr Duration kZoneMistake = 27h;
// A clock found further ahead counts at once, but is forgotten when it is set right again...
inline constexpr Duration kLargeJump = 24h;
// ...until it was seen for that long, each look counting for kJumpLook at most.
inline constexpr Duration kJumpProof = 1h;
inline constexpr Duration kJumpLook = 2min;
// After an answer that took longer the service's time is not known well enough.
inline constexpr Duration kSlowContact = 5min;
// An answer of the service that differs from what its answers before and the uptime say is one to
// be proven: by another that agrees, so much later (chosen: a cache or a host that is wrong for a
// moment is right by then).
inline constexpr Duration kContactProof = 5min;
// Starts of the device without hearing of the service: bounds what a clock that is held back at
// each start can win.
inline constexpr int kBootsWithoutContact = 20;
// Set-backs without hearing of the service, after which a clock that looks right is not enough.
inline constexpr int kSetBacks = 3;

// Times and durations in records stay within these, so that sums fit.
inline constexpr WallTime kLatestTime{253'402'300'800'000'000};  // the year 10000
inline constexpr Duration kLongestDuration = 24h * 36'500;

// A clock far ahead, not yet proven.
struct TimeJump {
  WallTime claimed;
  Duration seen{0};
  friend bool operator==(const TimeJump&, const TimeJump&) = default;
};

// A time of the service earlier than what its answers before and the uptime prove, not yet proven
// itself.
struct TimeClaim {
  WallTime time;
  Duration seen{0};
  friend bool operator==(const TimeClaim&, const TimeClaim&) = default;
};

// What is known, as of the facts it was last told. Three lines of time, all of which go on with the
// uptime: `certain` <= truth as long as the service tells it, `firm`, which never goes back but by
// the service, and a jump's claim.
struct ClockState {
  std::string boot_id;
  Duration uptime{0};
  WallTime system;
  // A number of the device's start. Its upper half, at random, is that of the record: numbers and
  // `running` of another record mean nothing in this one (see is_same_record()).
  uint64_t boot = 0;
  Duration running{0};  // of the device, as far as this record saw it; never set back
  std::optional<WallTime> contact_at;
  // Latest contact that is proven, or the first, and what has passed since at least; 0 without a
  // contact. An anchored `firm` that is ahead of it is the claim of one answer alone.
  WallTime certain;
  WallTime firm;
  std::optional<TimeJump> jump;
  std::optional<TimeClaim> claim;  // not in the record: a new process hears of it twice again
  int boots = 0;                   // since the contact
  int set_backs = 0;               // since the contact
  bool is_anchored = false;        // the service was heard of since the device was started
  bool is_set_back = false;        // the clock was found behind and still is
  bool is_restored = false;        // older than what the device's key store knows; until a contact
  friend bool operator==(const ClockState&, const ClockState&) = default;
};

enum class ClockTrust : uint8_t {
  kAnchored,    // by the service and the uptime; the device's clock plays no part
  kUnanchored,  // restarted since: also by the device's clock, within bounds; or by one answer
                // alone
  kNever,       // the service was never heard of, or what was known is gone
  kSetBack,
  kRestored,
};

// The time for rights.
struct TimeReading {
  WallTime now;
  WallTime certain;  // it is at least this late
  ClockTrust trust = ClockTrust::kNever;
  std::optional<WallTime> contact_at;
  int boots_since_contact = 0;
  uint64_t boot = 0;
  Duration running{0};
  bool is_recorded = true;  // false: what passed lately is not on disk, and cannot be put there
};

// For logs and QoE.
enum class TimeEvent : uint8_t {
  kNewBoot,
  kClockBehind,     // set back by more than kClockTolerance
  kClockAhead,      // set forward
  kSetBack,         // behind after a start: refuses
  kJump,            // far ahead: not proven
  kJumpProven,      // believed
  kJumpUndone,      // set right again
  kContact,         // the service's time was taken
  kContactMoved,    // and differs from what was thought by more than kClockTolerance
  kContactRefused,  // not from the service, too slow, or absurd
  kFirstStart,      // there was no record
  kRecordLost,      // both copies are damaged, or were deleted
  kRecordRestored,  // a copy from before
  kCopyDamaged,     // one copy
};
using TimeEvents = std::vector<TimeEvent>;

enum class ContactOrigin : uint8_t {
  // An answer of the service's API or of the licence server that nobody else can give: over https
  // or from this device (loopback).
  kService,
  // The Date of another host of ours over https: it is at least that late.
  kHttpsDate,
  // Whatever came over http.
  kPlain,
};

// The service's time. `time`: it was not earlier when the answer came (ServerClock's `earliest`).
struct TimeContact {
  WallTime time;
  ContactOrigin origin = ContactOrigin::kPlain;
  Duration round_trip{0};  // from the request to the answer
};

// Where nothing was recorded before. `record`: at random, another one each time.
[[nodiscard]] ClockState first_state(const ClockFacts& facts, uint32_t record);
// Of two numbers of starts (ClockState::boot).
[[nodiscard]] constexpr bool is_same_record(uint64_t a, uint64_t b) { return a >> 32 == b >> 32; }
// Time has passed. The same facts again change nothing.
void advance(ClockState& state, const ClockFacts& facts, TimeEvents& events);
// After advance() with the facts of the moment.
void hear(ClockState& state, const TimeContact& contact, TimeEvents& events);
[[nodiscard]] TimeReading read_time(const ClockState& state);

}  // namespace playhead::offline
