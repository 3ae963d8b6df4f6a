// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "playhead/abr/controller.h"
#include "playhead/abr/replacement.h"
#include "playhead/result.h"

namespace playhead::abr {

// One decision with everything it was made from. Owns its ladder: `inputs()` points into it.
struct DecisionRecord {
  int64_t number = 0;         // the segment's in a simulation, the decision's in a play; from 0
  Duration at{0};             // session time
  bool is_judgement = false;  // of a running transfer
  std::vector<Candidate> ladder;
  TransferInputs transfer;  // only `now` counts when it is no judgement; its ladder is not set
  Decision decision;

  [[nodiscard]] TransferInputs inputs() const;
};

[[nodiscard]] DecisionRecord make_record(int64_t number, Duration at, const DecisionInputs& in,
                                         Decision decision);
[[nodiscard]] DecisionRecord make_record(int64_t number, Duration at, const TransferInputs& in,
                                         Decision decision);

// One advice to fetch a buffered segment again. Owns its segments: `inputs()` points into them.
struct ReplacementRecord {
  int64_t number = 0;  // counted with the decisions
  Duration at{0};      // session time
  std::vector<BufferedSegment> buffered;
  ReplacementInputs from;    // its segments are not set
  std::size_t replaced = 0;  // index into `buffered`

  [[nodiscard]] ReplacementInputs inputs() const;
};

[[nodiscard]] ReplacementRecord make_record(int64_t number, Duration at,
                                            const ReplacementInputs& in, std::size_t replaced);

using LogRecord = std::variant<DecisionRecord, ReplacementRecord>;

// The same inputs to the same rules again: the decision, its reason and every score must agree.
// `settings`: those of the controller.
[[nodiscard]] bool replays(const Controller& controller, const Settings& settings,
                           const LogRecord& record);

// A record as one line of whole numbers, about 250 bytes for a ladder of ten, without line end.
[[nodiscard]] std::string encode(const LogRecord& record);
// Errors: kInvalidArgument.
[[nodiscard]] Result<LogRecord> parse_record(std::string_view line);

// The settings as `name=value` words, values in millionths; what equals the default is left out.
[[nodiscard]] std::string encode(const Settings& settings);
// Errors: kInvalidArgument.
[[nodiscard]] Result<Settings> parse_settings(std::string_view words);

// The last decisions of a session, oldest first. What an app shows when someone asks "why this
// picture?".
class DecisionLog {
 public:
  // Records kept (chosen): half an hour of four-second segments, 200 KiB.
  static constexpr std::size_t kDefaultCapacity = 512;

  explicit DecisionLog(std::size_t capacity = kDefaultCapacity) : capacity_(capacity) {}
  void add(LogRecord record);
  [[nodiscard]] const std::deque<LogRecord>& records() const { return records_; }
  // Records that had to go.
  [[nodiscard]] int64_t dropped() const { return dropped_; }

 private:
  std::size_t capacity_;
  std::deque<LogRecord> records_;
  int64_t dropped_ = 0;
};

}  // namespace playhead::abr
