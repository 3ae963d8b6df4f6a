// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "manifest/dash/mpd.h"
#include "playhead/presentation.h"
#include "playhead/result.h"

namespace playhead::dash {

// How the Periods of an Mpd were mapped, for the MPD that comes after it.
struct MappedPeriods {
  static constexpr std::size_t kNowhere = SIZE_MAX;
  struct Item {
    std::size_t position = kNowhere;  // in Presentation::periods
    int warnings = 0;                 // that mapping it counted
    std::size_t alternatives = 0;     // that its Representations have
  };
  std::string context;      // all that a Period's model depends on beside its own text
  std::vector<Item> items;  // one for each Period of the Mpd
};
struct MappedBefore {
  const Presentation& presentation;
  const MappedPeriods& periods;
};

// Maps an MPD onto the common model. `now` decides which segments of a dynamic one are listed
// (ISO/IEC 23009-1 A.3); without it all that is announced is. kManifestEmpty when nothing in it can
// be addressed.
// A Period::known is taken over from `before`, the Presentation of the MPD it was read in; when its
// times, its id or what it inherits changed it cannot be: kInvalidArgument, and all has to be read.
// `mapped` (may be null) is for the next MPD.
[[nodiscard]] Result<Presentation> make_presentation(const Mpd& mpd,
                                                     std::optional<WallTime> now = std::nullopt,
                                                     const MappedBefore* before = nullptr,
                                                     MappedPeriods* mapped = nullptr);

}  // namespace playhead::dash
