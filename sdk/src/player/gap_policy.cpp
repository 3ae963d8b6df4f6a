// SPDX-License-Identifier: Apache-2.0
#include "player/gap_policy.h"

#include <algorithm>

namespace playhead {

namespace {

// Less than this is waited out: a jump takes about as long (chosen).
constexpr Duration kLeastGap = 100ms;
// Up to this nobody is told (M24).
constexpr Duration kSilentGap = 500ms;

}  // namespace

GapDecision decide_gap(const GapInputs& in) {
  std::optional<MediaTime> next;
  const auto take = [&](const std::optional<MediaTime>& begin) {
    if (begin) next = std::min(next.value_or(*begin), *begin);
  };
  const bool is_known = (!in.has_pictures || in.next_picture) && (!in.has_sound || in.next_sound);
  if (!is_known) return {};
  if (in.has_pictures) take(in.next_picture);
  if (in.has_sound) take(in.next_sound);
  if (!next || *next - in.position < kLeastGap) return {};
  if (in.on_screen_from) next = std::max(*next, *in.on_screen_from);
  return {next, *next - in.position > kSilentGap};
}

}  // namespace playhead
