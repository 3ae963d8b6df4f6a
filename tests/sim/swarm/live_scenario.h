// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "sim/swarm/dice.h"
#include "sim/swarm/scenario.h"

namespace playhead::swarm {

// Makes a drawn title a live one; what it has in common with others stays.
void draw_live_title(uint64_t seed, TitleShape& title);
void draw_live_config(uint64_t seed, PlayerConfig& config);
// What is particular to the faults of live titles, in a session of that length; others stay.
void draw_live_details(Fault& fault, Dice& dice, Duration length);
[[nodiscard]] std::string describe(const LiveShape& live);

}  // namespace playhead::swarm
