// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "manifest/dash/mpd_reader.h"

namespace playhead::dash {

// Reports what the document's elements say against ISO/IEC 23009-1 beyond unreadable values: the
// rules of its Schematron annex and of its tables. Costs a walk of the tree, so only where somebody
// reads the result.
void check_rules(pugi::xml_node mpd, Findings& findings);

}  // namespace playhead::dash
