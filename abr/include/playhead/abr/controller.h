// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "playhead/abr/plan_cache.h"
#include "playhead/abr/settings.h"
#include "playhead/abr/throughput.h"
#include "playhead/bitrate.h"
#include "playhead/time.h"

// Which Representation to fetch next. Values in, a decision and its reason out: no clock, no I/O,
// one thread. Equal inputs give equal decisions, whatever was decided before.
namespace playhead::abr {

// A Representation as the rules see it. Values outside a sane range are clamped, never refused.
struct Candidate {
  Bitrate bitrate;          // declared; 0 = not known
  int64_t next_bytes = 0;   // of the segment in question; 0 = not known: bitrate x duration
  int64_t ahead_bytes = 0;  // of the `ahead_segments` after it, all together; 0 = not known
};

// How many segments after the next their sizes count (chosen: half a minute of hard scenes). More:
// what is far off weighs as much as what is near; fewer: a hard scene comes as a surprise.
inline constexpr int32_t kAheadSegments = 6;

struct DecisionInputs {
  std::span<const Candidate> ladder;   // what the limits left; any order, duplicates allowed
  std::optional<std::size_t> current;  // index of the previous segment's; none at the start
  Forecast forecast;
  Duration buffer_level{0};      // media ahead of the playhead, >= 0
  Duration buffer_cap{0};        // a segment is requested only when it fits below this, > 0
  Duration segment_duration{0};  // of the segment in question, > 0
  Duration typical_duration{0};  // of the segments after it; 0 = the same
  int32_t ahead_segments = 0;    // how many segments Candidate::ahead_bytes adds up
  // Segments to the end of the title, this one included; none when there is no end in sight (live).
  std::optional<int64_t> segments_left;
};

enum class Reason : uint8_t {
  kEmptyLadder,  // nothing to choose from
  kOnlyOne,      // the ladder has one Representation
  kStart,        // nothing measured yet: the lowest
  kRemembered,   // nothing measured yet: what an earlier session measured, less the margin
  kThroughput,   // within the safety margin of the forecast
  kBuffer,       // above the margin: the buffer pays
  kGuard,        // more was worth having, but the buffer is low and the margin holds
  kKeep,         // abandon rule: the running transfer goes on
  kStallAhead,   // abandon rule: the running transfer costs more than starting again lower
};
[[nodiscard]] const char* to_string(Reason reason);

// Score of an alternative that the guard excluded.
inline constexpr int32_t kExcluded = std::numeric_limits<int32_t>::min();

struct Decision {
  std::optional<std::size_t> chosen;  // index into the ladder; none only for an empty ladder
  Reason reason = Reason::kEmptyLadder;
  // One per candidate, in the ladder's order; higher is better. Empty when nothing was compared.
  //   rate     share of the forecast left over, 1/1000
  //   buffer   BOLA's value, 1/1000
  //   default  expected quality less the price of stalls and switches to the end of the horizon, in
  //            1/1000 of four seconds of the best picture
  std::vector<int32_t> scores;
  friend bool operator==(const Decision&, const Decision&) = default;
};

// A transfer that is still running.
struct TransferInputs {
  DecisionInputs now;  // as for decide(): `current` is the segment before, the level is today's
  std::size_t running = 0;  // index of what is being fetched
  int64_t received_bytes = 0;
  // Since the first byte; since it came freely again, when it had to wait for room. 0 before that.
  Duration active{0};
  int64_t earlier_bytes = 0;  // of received_bytes, what was there before `active` began
  // Of received_bytes what came within the last `recent`. 0: not known, or `active` is shorter.
  int64_t recent_bytes = 0;
  Duration recent{0};
};

// What `recent` of a running transfer should be: less is a pause, more is late.
inline constexpr Duration kRecentTransfer = 3s;

class Controller {
 public:
  virtual ~Controller() = default;
  [[nodiscard]] virtual Decision decide(const DecisionInputs& in) const = 0;
  // Go on with the running transfer (kKeep, chosen == running) or drop it for a lower one
  // (kStallAhead)? Asked as bytes come, best every 100 ms. Scores as for decide().
  [[nodiscard]] virtual Decision judge(const TransferInputs& in) const = 0;
};

enum class Algorithm : uint8_t {
  kRate,     // highest bitrate <= 0.8 x forecast; never abandons
  kBuffer,   // BOLA: from the buffer level alone; never abandons
  kDefault,  // look-ahead over buffer and forecast
};
[[nodiscard]] const char* to_string(Algorithm algorithm);

// `cache` keeps the tables of kDefault: without one the controller owns its own. A cache may be
// shared by controllers of one thread; sharing changes no decision.
[[nodiscard]] std::unique_ptr<Controller> make_controller(
    Algorithm algorithm, const Settings& settings, std::shared_ptr<PlanCache> cache = nullptr);

}  // namespace playhead::abr
