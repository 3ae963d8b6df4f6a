// SPDX-License-Identifier: Apache-2.0
#include "player/stuck_watch.h"

#include <algorithm>

namespace playhead {

namespace {

// From the first moment that something was owed to the end: what viewers wait for.
constexpr Duration kInAll = 10s;

// Between two steps (chosen: each of the three has its time, and what the last one fetches too).
// Less: slow devices are disturbed; more: the viewer has left.
constexpr Duration kPatience = 2s;

// Nothing was owed for so long: what is owed then is another trouble (chosen). Less: a decoder that
// gives some pictures each time holds a viewer up for longer than kInAll; more: one that is stuck
// now and then, and was freed, ends the play.
constexpr Duration kFlows = 5s;

// So long after a step that helped the next trouble begins with the first step again. Less: a nudge
// that brings one picture each time would go on for ever.
constexpr Duration kCalm = 10s;

// Decoders that fail so often, each soon after the one before, are given up (chosen: a new one, and
// three Representations).
constexpr int kMostFailures = 5;

}  // namespace

void StuckWatch::on_seek() {
  began_.reset();
  is_owed_ = false;
}

void StuckWatch::forget_steps(MonotonicTime now) {
  if (now - stepped_ < kCalm) return;
  steps_ = failures_ = 0;
  has_given_up_ = false;
}

bool StuckWatch::is_new_trouble(MonotonicTime now) const {
  const bool was_tried = began_ && stepped_ >= *began_;  // else it was over before it was one
  return !was_tried || now - last_owed_ >= kFlows || now - stepped_ >= kCalm;
}

StuckWatch::Step StuckWatch::update(std::optional<int64_t> owed, MonotonicTime now) {
  if (!owed) {
    is_owed_ = false;
    return Step::kNone;
  }
  if (*owed != output_) {
    forget_steps(now);
    output_ = *owed;
    is_owed_ = false;
  }
  if (!is_owed_) {
    is_owed_ = true;
    since_ = now;
    if (is_new_trouble(now)) began_ = now;
  }
  last_owed_ = now;
  if (now - since_ < kPatience) return Step::kNone;
  const MonotonicTime end = *began_ + kInAll;
  if (now >= end) {
    has_given_up_ = true;
    return Step::kGiveUp;
  }
  // What is tried needs its time, too.
  if (steps_ == static_cast<int>(Step::kLower) || now + kPatience > end) return Step::kNone;
  since_ = stepped_ = now;
  return static_cast<Step>(++steps_);
}

StuckWatch::Step StuckWatch::on_failure(MonotonicTime now) {
  forget_steps(now);
  stepped_ = now;
  is_owed_ = false;
  failures_ = std::min(failures_ + 1, kMostFailures);
  if (failures_ == kMostFailures) {
    has_given_up_ = true;
    return Step::kGiveUp;
  }
  // One that was lost, not what it was given: another goes on with that.
  return failures_ == 1 ? Step::kRebuildDecoder : Step::kLower;
}

Duration StuckWatch::wait(MonotonicTime now) const {
  if (!is_owed_) return Duration{24h};
  const MonotonicTime patience = since_ + kPatience;
  const MonotonicTime next = patience > now ? patience : *began_ + kInAll;
  return std::max(next - now, Duration{1ms});
}

}  // namespace playhead
