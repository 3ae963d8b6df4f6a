// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "container/track_encryption.h"
#include "playhead/bytes.h"
#include "playhead/result.h"

// Groups of samples with an encryption of their own (`seig`: ISO/IEC 23001-7 §6, ISO/IEC 14496-12
// §8.9). Pure; any thread.
namespace playhead {

// Whether an `sgpd` or `sbgp` is about encryption.
[[nodiscard]] bool is_seig(ByteView sgpd_or_sbgp);

// An `sgpd` of encryption.
struct SeigGroups {
  std::vector<SampleProtection> entries;  // the first has the index 1
  uint32_t default_index = 0;             // of samples no `sbgp` speaks of; 0: as the track says
};
// Versions 0, 1 and 2. Errors: kDrmInitData (an entry is cut off or not allowed).
[[nodiscard]] Result<SeigGroups> parse_seig_groups(ByteView sgpd);

// An `sbgp` of encryption: so many samples, then so many …
struct GroupRun {
  uint32_t samples = 0;
  uint32_t index = 0;  // 0: no group; above 0x10000: an entry of the fragment's own sgpd
};
// Errors: kDrmSample (more entries than the box holds).
[[nodiscard]] Result<std::vector<GroupRun>> parse_group_runs(ByteView sbgp);

}  // namespace playhead
