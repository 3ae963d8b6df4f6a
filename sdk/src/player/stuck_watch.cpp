// SPDX-License-Identifier: Apache-2.0
#include "player/stuck_watch.h"

#include <algorithm>

namespace playhead {

namespace {

// Between two steps (chosen: five of them are 10 s). Less: slow devices are disturbed; more: the
// viewer has left.
constexpr Duration kPatience = 2s;

// So long after a step that helped the next trouble begins with the first step again. Less: a nudge
// that brings one picture each time would go on for ever.
constexpr Duration kCalm = 10s;

}  // namespace

StuckWatch::Step StuckWatch::update(std::optional<int64_t> owed, MonotonicTime now) {
  if (!owed) {
    is_owed_ = false;
    return Step::kNone;
  }
  if (*owed != output_) {
    if (now - stepped_ >= kCalm) steps_ = 0;
    output_ = *owed;
    is_owed_ = false;
  }
  if (!is_owed_) {
    is_owed_ = true;
    since_ = now;
  }
  if (now - since_ < kPatience) return Step::kNone;
  since_ = now;
  stepped_ = now;
  steps_ = std::min(steps_ + 1, static_cast<int>(Step::kGiveUp));
  return static_cast<Step>(steps_);
}

StuckWatch::Step StuckWatch::on_failure(MonotonicTime now) {
  if (now - stepped_ >= kCalm) steps_ = 0;
  stepped_ = now;
  is_owed_ = false;
  steps_ = std::min(steps_ + 1, static_cast<int>(Step::kGiveUp));
  if (steps_ == static_cast<int>(Step::kGiveUp)) return Step::kGiveUp;
  // One that was lost, not what it was given: another goes on with that.
  return steps_ == 1 ? Step::kRebuildDecoder : Step::kLower;
}

Duration StuckWatch::wait(MonotonicTime now) const {
  return is_owed_ ? std::max(since_ + kPatience - now, Duration{1ms}) : Duration{24h};
}

}  // namespace playhead
