// SPDX-License-Identifier: Apache-2.0
#include "playhead/abr/abr_controller.h"

#include <algorithm>

#include "buffer_rule.h"
#include "rate_rule.h"

namespace playhead::abr {

namespace {

// Below this level the margin is never exceeded. Seconds of media; chosen: more than one long
// segment plus the time to notice a drop. Lower: more rebuffering on unsteady links; higher: slower
// to improve.
constexpr Duration kGuardLevel = 10s;

// Longest time a segment of that rung may take when the throughput halves: the buffer above half
// the guard pays for it.
bool buffer_pays(const AbrInputs& in, std::size_t rung) {
  if (in.throughput.bps <= 0) return false;
  const double bits =
      in.ladder[rung].next_bytes > 0
          ? static_cast<double>(in.ladder[rung].next_bytes) * 8
          : static_cast<double>(in.ladder[rung].bitrate.bps) * to_seconds(in.segment_duration);
  const double pessimistic_bps = static_cast<double>(in.throughput.bps) / 2;
  const double seconds = bits / pessimistic_bps + to_seconds(in.ttfb);
  return seconds <= to_seconds(in.buffer_level - kGuardLevel / 2);
}

// Share of the buffer target by which the level may fall before the buffer rule takes back what it
// gave (chosen). Smaller: switches to and fro at one level; larger: the picture falls late but far.
constexpr int kHysteresisShare = 4;

// What the buffer asks for; a rung it once gave stays until the level has fallen clearly.
std::size_t buffer_rule_with_hysteresis(const AbrInputs& in) {
  const std::size_t by_level = buffer_rule(in);
  if (!in.current || *in.current <= by_level) return by_level;
  AbrInputs lenient = in;
  lenient.buffer_level += in.buffer_target / kHysteresisShare;
  return std::min(*in.current, buffer_rule(lenient));
}

class DefaultController final : public AbrController {
 public:
  [[nodiscard]] AbrDecision decide(const AbrInputs& in) const override {
    if (in.ladder.size() <= 1) return {0, AbrReason::kOnlyOne};
    if (in.throughput.bps <= 0) {
      return {std::min(in.current.value_or(0), in.ladder.size() - 1), AbrReason::kStart};
    }
    const std::size_t by_rate = rate_rule(in);
    if (in.buffer_level < kGuardLevel) return {by_rate, AbrReason::kThroughput};
    // The buffer may keep the picture through a dip or lift it above the margin, never sink it.
    std::size_t by_buffer = buffer_rule_with_hysteresis(in);
    if (in.current) by_buffer = std::min(by_buffer, std::max(*in.current, by_rate + 1));
    while (by_buffer > by_rate && !buffer_pays(in, by_buffer)) --by_buffer;
    if (by_buffer > by_rate) return {by_buffer, AbrReason::kBuffer};
    return {by_rate, AbrReason::kThroughput};
  }
};

}  // namespace

std::unique_ptr<AbrController> make_default_controller() {
  return std::make_unique<DefaultController>();
}

}  // namespace playhead::abr
