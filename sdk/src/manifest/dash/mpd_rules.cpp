// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/mpd_rules.h"

namespace playhead::dash {

void check_rules(pugi::xml_node, Findings&) {}

}  // namespace playhead::dash
