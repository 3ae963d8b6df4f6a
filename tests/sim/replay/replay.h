// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "sim/replay/script.h"

namespace playhead::replay {

struct Outcome {
  std::optional<Divergence> divergence;
  int64_t events = 0, steps = 0;  // that were the same
  Duration length{0};
  std::string end;  // Recording::end
  std::string version;
};

// Plays a recorded session again: the client and players it was made with, on one thread, get what
// they got then, at the times it came. Every request, every call of a decoder or sink, every timer
// and every event must be as then.
[[nodiscard]] Outcome play_again(const Recording& recording);

// One sentence, or what differs first.
void print(std::ostream& out, const Outcome& outcome);

}  // namespace playhead::replay
