// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "playhead/bitrate.h"
#include "playhead/time.h"

// Which Representation to fetch next. Pure: values in, a decision and its reason out; no I/O, no
// clock.
namespace playhead::abr {

// A Representation as the rules see it.
struct Rung {
  Bitrate bitrate;         // declared peak
  int64_t next_bytes = 0;  // size of the segment in question, 0 when not known
};

struct AbrInputs {
  std::span<const Rung> ladder;        // what the limits left, ascending; never empty
  std::optional<std::size_t> current;  // rung of the previous segment; none at the start
  Bitrate throughput;                  // estimate; 0 = nothing measured
  Duration ttfb{0};                    // expected wait before the first byte
  Duration buffer_level{0};            // media ahead of the playhead, >= 0
  Duration buffer_target{0};           // fetched until this much is ahead, > 0
  Duration segment_duration{0};        // of the segment in question, > 0
};

enum class AbrReason : uint8_t {
  kStart,       // nothing measured yet
  kThroughput,  // the highest rung within the safety margin
  kBuffer,      // the buffer pays for more than the margin allows
  kOnlyOne,     // the ladder has one rung
};

struct AbrDecision {
  std::size_t rung = 0;
  AbrReason reason = AbrReason::kStart;
  friend bool operator==(const AbrDecision&, const AbrDecision&) = default;
};

class AbrController {
 public:
  virtual ~AbrController() = default;
  // One thread. The ladder may differ from call to call.
  [[nodiscard]] virtual AbrDecision decide(const AbrInputs& inputs) const = 0;
};

// Rate rule with the 0.8 margin; once the buffer holds kGuardLevel, the buffer rule may ask for
// more.
std::unique_ptr<AbrController> make_default_controller();

}  // namespace playhead::abr
